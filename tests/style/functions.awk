# Prints functions of more than `limit` lines. As clang-format leaves them, a function's body opens
# with "{" alone in column 0 and ends with "}" in column 0; its head is what stands above, down from
# the last blank line, "}" or comment's end.
FNR == 1 { head = 0; open = 0 }
open && /^}/ {
    if (FNR - head + 1 > limit) print FILENAME ":" head ": " name " has " FNR - head + 1 " lines"
    open = 0; head = 0
    next
}
open { next }
/^{/ { open = 1; if (!head) { head = FNR; name = "?" }; next }
/^[ \t]*$/ || /^[#}\/ *]/ && !/^ +[^ *\/]/ { head = 0; next }
!head { head = FNR; name = $0 }
