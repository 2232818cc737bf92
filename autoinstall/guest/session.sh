# shellcheck shell=sh disable=SC2034,SC2154
# The guest's end of a session (session.py is the other end). Sourced by a shell of its own on the console;
# POSIX sh with the usual tools: base64 cat chmod chown dd dmesg mkdir mktemp mv rm sha256sum stat stty sync.
# $ai_dir is the session's own folder. Every answer is said twice in one line, so that a damaged one shows.

ai_say() {
    printf '\n%s=%s=%s=%s\n' "$ai_token" "$*" "$*" "$ai_token"
}

# ai TOKEN SHA256 BASE64: do a request only if it arrived whole.
ai() {
    case $(printf %s "$3" | sha256sum) in
    "$2"*)
        ai_token=$1
        eval "$(printf %s "$3" | base64 -d)"
        ;;
    *)
        ai_token=$1
        ai_say garbled
        ;;
    esac
}

# No echo, and no kernel lines: says the kernel's console level, which the caller checks.
ai_quiet() {
    stty -echo 2>/dev/null
    dmesg -n 1 2>/dev/null
    ai_level=unknown
    { read -r ai_level ai_rest </proc/sys/kernel/printk; } 2>/dev/null
    ai_say "$ai_level"
}

# ai_take FILE: lines "OFFSET LENGTH BASE64"; each is answered by the offset that is wanted next. "end" ends.
ai_take() {
    ai_next=0
    if true 2>/dev/null >"$1"; then ai_say 0; else ai_say full; return; fi
    while IFS=' ' read -r ai_offset ai_length ai_data; do
        case $ai_offset in
        end) break ;;
        ai) [ "$ai_length" = "$ai_token" ] || break ;;
        "$ai_next")
            if [ "$ai_length" = "${#ai_data}" ]; then
                printf '%s\n' "$ai_data" 2>/dev/null >>"$1" || { ai_say full; return; }
                ai_next=$((ai_next + ai_length))
            fi
            ;;
        esac
        ai_say "$ai_next"
    done
}

# ai_unpack FILE: FILE.64 decoded; says its checksum.
ai_unpack() {
    if [ -e "$1.64" ]; then
        base64 -d <"$1.64" 2>"$ai_dir/errors" >"$1" || { ai_say failed; return; }
        rm -f "$1.64"
    fi
    ai_sum=$(sha256sum <"$1")
    ai_say "${ai_sum%% *}"
}

# ai_block FILE FIRST COUNT: COUNT units of 256 bytes in base64 between marks, then their checksum.
ai_block() {
    dd if="$1" bs=256 skip="$2" count="$3" 2>/dev/null >"$ai_dir/block"
    ai_sum=$(sha256sum <"$ai_dir/block")
    printf '\n%s<\n' "$ai_token"
    base64 <"$ai_dir/block"
    ai_say "${ai_sum%% *}"
}

# ai_look PATH: absent | folder | link | other | file SIZE MODE UID:GID USER:GROUP SHA256
ai_look() {
    if [ -L "$1" ]; then
        readlink -f "$1" >"$ai_dir/target" 2>/dev/null
        ai_say link
    elif [ ! -e "$1" ]; then
        ai_say absent
    elif [ -d "$1" ]; then
        ai_say folder
    elif [ ! -f "$1" ]; then
        ai_say other
    else
        ai_sum=$(sha256sum <"$1")
        ai_say "file $(stat -c '%s %a %u:%g %U:%G' "$1") ${ai_sum%% *}"
    fi
}

# ai_copy FROM TO: with TO's bytes on the disk, and nothing else waited for where dd can do that.
ai_copy() {
    dd if="$1" of="$2" bs=65536 conv=fsync 2>/dev/null || { cat "$1" >"$2" && sync; }
}

# ai_own OWNER FILE
ai_own() {
    case " $(stat -c '%u:%g %U:%G %u %U' "$2") " in
    *" $1 "*) ;;
    *) chown "$1" "$2" ;;
    esac
}

# ai_place DATA PATH MODE OWNER: PATH becomes DATA, whole or not at all.
ai_place() {
    ai_temporary=$(mktemp "${2%/*}/.autoinstall.XXXXXX" 2>"$ai_dir/errors") || { ai_say failed; return; }
    if { ai_copy "$1" "$ai_temporary" && ai_own "$4" "$ai_temporary" &&
        chmod "$3" "$ai_temporary" && mv -f "$ai_temporary" "$2"; } 2>"$ai_dir/errors"; then
        ai_say placed
    else
        rm -f "$ai_temporary"
        ai_say failed
    fi
}

# The command of job $1, in a process of its own, with the session's variables hidden from it.
ai_work() {
    trap : INT TERM
    ai_input=$ai_dir/$1/in
    [ -e "$ai_input" ] || ai_input=/dev/null
    (exec sh -c "$(cat "$ai_dir/$1/command")") <"$ai_input" >"$ai_dir/$1/out" 2>"$ai_dir/$1/err"
    echo $? >"$ai_dir/$1/status.new"
    mv "$ai_dir/$1/status.new" "$ai_dir/$1/status"
}

# ai_start JOB: starts it once, however often it is asked to.
ai_start() {
    if mkdir "$ai_dir/$1/started" 2>/dev/null; then
        # In the background: its own process group, so that it can be ended whatever signals it ignores.
        { ai_work "$1" & } 2>/dev/null
        echo $! >"$ai_dir/$1/pid"
    fi
    ai_say started
}

# ai_wait JOB: says its exit status and the sizes of its outputs once it has ended.
ai_wait() {
    [ -e "$ai_dir/$1/status" ] || wait "$(cat "$ai_dir/$1/pid")" 2>/dev/null
    if [ -e "$ai_dir/$1/status" ]; then
        ai_say "ended $(cat "$ai_dir/$1/status") $(stat -c %s "$ai_dir/$1/out") $(stat -c %s "$ai_dir/$1/err")"
    else
        ai_say stopped
    fi
}

# ai_signal NAME JOB
ai_signal() {
    ai_pid=$(cat "$ai_dir/$2/pid")
    kill "-$1" "-$ai_pid" 2>/dev/null || kill "-$1" "$ai_pid" 2>/dev/null
    ai_say sent
}

ai_job() {
    mkdir -p "$ai_dir/$1"
    ai_say ready
}

# ai_forget NAME...: files of the session's folder
ai_forget() {
    (cd "${ai_dir:?}" && rm -f "$@") 2>/dev/null
    ai_say forgotten
}

ai_end() {
    rm -rf "${ai_dir:?}"
    ai_say ended
}
