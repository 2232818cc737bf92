# Sourced by sudo and su: become USER login|shell|command [WORD]... ends in a program of that user.
# "${extra[@]}" is added to its environment. The user's processes carry CAP_SETUID for this and nothing else.
secure_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
become() {
    local target=$1 kind=$2 uid gid home program name host become=() kept
    shift 2
    IFS=: read -r target _ uid gid _ home program <<<"$(getent passwd "$target")"
    kept=(TERM="${TERM:-linux}" PATH="$secure_path" USER="$target" LOGNAME="$target" SHELL="$program")
    kept+=(MAIL="/var/mail/$target")
    for name in LANG LANGUAGE LC_ALL LC_CTYPE LC_MESSAGES LD_LIBRARY_PATH; do
        [[ -v $name ]] && kept+=("$name=${!name}")
    done
    if [[ -e /host/run/one-user ]]; then
        [[ $uid != 0 ]] && kept+=(REHEARSAL_USER="$target" REHEARSAL_UID="$uid")
    elif [[ $(/host/bin/id -u) != "$uid" ]]; then
        become=(/host/bin/setpriv --reuid="$uid" --regid="$gid")
        if [[ $uid == 0 ]]; then
            become+=(--clear-groups --inh-caps=-all --ambient-caps=-all --)
        else
            become+=(--init-groups --inh-caps=+setuid,+setgid --ambient-caps=+setuid,+setgid --)
        fi
    fi
    if [[ -e /host/run/literal-prompt ]]; then
        host=$(</host/run/hostname)
        name='$'
        [[ $uid == 0 ]] && name='#'
        kept+=(PROMPT_COMMAND="PS1='$target@$host:\\w$name '; unset PROMPT_COMMAND")
    fi
    if [[ $kind == login ]]; then
        kept+=(HOME="$home")
        exec "${become[@]}" /host/bin/env -i "${kept[@]}" "${extra[@]}" \
            /host/bin/bash -c 'cd "$HOME" || cd /; exec -a "-${0##*/}" "$@"' "$program" "$program" "$@"
    elif [[ $kind == shell ]]; then
        exec "${become[@]}" /host/bin/env -i "${kept[@]}" HOME="$HOME" "${extra[@]}" "$program" "$@"
    fi
    exec "${become[@]}" /host/bin/env -i "${kept[@]}" HOME="$HOME" "${extra[@]}" "$@"
}
