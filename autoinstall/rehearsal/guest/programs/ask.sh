# Sourced by the programs below: ask VERB [WORD]... puts the answer of the machine under the guest into $answer.
ask() {
    ask_reply=/host/run/reply.$$
    ask_line="$ask_reply"
    for ask_word in "$@"; do
        ask_line="$ask_line $(printf '%s' "$ask_word" | /host/bin/base64 -w0)"
    done
    /host/bin/rm -f "$ask_reply"
    (umask 077 && exec /host/bin/mkfifo "$ask_reply") || return 1
    exec 9<>"$ask_reply"
    printf '%s\n' "$ask_line" >/host/run/request
    IFS= read -r answer <&9
    exec 9<&-
    /host/bin/rm -f "$ask_reply"
}
