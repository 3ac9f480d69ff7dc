# Prints FILE:LINE:CODE for each line of C, with comments left out and the text of strings and
# characters emptied, so that a rule about code doesn't find words in prose.
FNR == 1 { in_comment = 0 }
{
    out = ""
    for (i = 1; i <= length($0); i++) {
        two = substr($0, i, 2)
        c = substr($0, i, 1)
        if (in_comment) {
            if (two == "*/") { in_comment = 0; i++ }
        } else if (two == "/*") {
            in_comment = 1; i++
        } else if (two == "//") {
            break
        } else if (c == "\"" || c == "'") {
            quote = c
            out = out c
            for (i++; i <= length($0) && substr($0, i, 1) != quote; i++) {
                if (substr($0, i, 1) == "\\") i++
            }
            out = out quote
        } else {
            out = out c
        }
    }
    if (out !~ /^[ \t]*$/) print FILENAME ":" FNR ":" out
}
