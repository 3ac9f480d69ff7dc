# Who may include whom. Reads src/ and include/; prints each include that breaks docs/design.md's
# table. A module sees itself and the modules of an earlier line; those of one line are siblings.
BEGIN {
    lines = split("base|tensor|config|comm|backend|io|figure|layer loss optim|task|model|" \
                  "checkpoint|data|train|study|doctor|app", line, "|")
    for (i = 1; i <= lines; i++) {
        count = split(line[i], name, " ")
        for (j = 1; j <= count; j++) level[name[j]] = i
    }
    # header -> the folder of src/ or include/lockstep/ that may name it
    home["mpi.h"] = "comm"; home["mpio.h"] = "comm"
    home["hdf5.h"] = "io"; home["hdf5_hl.h"] = "io"; home["zlib.h"] = "io"; home["png.h"] = "io"
    home["cblas.h"] = "backend/cpu"; home["lapacke.h"] = "backend/cpu"
    home["libxsmm.h"] = "backend/cpu"
    home["ini.h"] = "config"
    home["xxhash.h"] = "base"
}
function complain(why) { print FILENAME ":" FNR ": " $0 "   (" why ")" }
FNR == 1 {
    place = FILENAME
    sub(/^.*(src|include\/lockstep)\//, "", place) # "train/engine.c"
    folder = place
    sub(/\/[^\/]*$/, "", folder)
    module = place
    sub(/\/.*/, "", module)
    if (!(module in level)) print FILENAME ": no module of docs/design.md is called " module
}
/^[ \t]*#[ \t]*include/ {
    header = $0
    sub(/^[^<"]*[<"]/, "", header)
    sub(/[>"].*/, "", header)
    if (header in home && index(folder "/", home[header] "/") != 1)
        complain(header " belongs to " home[header] "/")
    if (header ~ /^Random123\// && module != "base") complain("Random123 belongs to base/")
    if (header ~ /^(cuda|cublas|cudnn)/ && index(folder "/", "backend/cuda/") != 1)
        complain(header " belongs to backend/cuda/")
    used = header
    if (!sub(/^lockstep\//, "", used) && used !~ /\//) next
    if (used ~ /\.\.\//) { complain("a path with .. hides the module"); next }
    sub(/\/.*/, "", used)
    if (!(used in level) || used == module) next
    if (level[used] > level[module]) complain(module " may not use " used ": it comes later")
    else if (level[used] == level[module]) complain(module " and " used " are siblings")
    else if (header !~ /^lockstep\//) complain("a private header of " used)
}
