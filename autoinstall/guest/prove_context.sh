# shellcheck shell=sh disable=SC2154
# Proves in the guest that init starts the context script before the network, and changes nothing.
# Says `ok TEXT` or `bad TEXT`, a line each. Set before: $init (upstart, sysvinit, systemd), $scripts and
# $services (candidates, the first that is there counts), $root (another root folder, for tests).

# say STATUS TEXT
say() {
    if [ "$1" = 0 ]; then echo "ok $2"; else echo "bad $2"; fi
}

prove_script() {
    for script in $scripts; do
        [ ! -e "$root$script" ] || break
    done
    [ -f "$root$script" ] && [ -x "$root$script" ]
    say $? "$script is executable"
    case $script in
    */vmcontext) runs_to_its_end ;;
    esac
}

# Upstart runs its script blocks by `sh -e`. Upon an empty root, so that nothing of this guest changes.
runs_to_its_end() {
    empty=$(mktemp -d) || return
    said=$(VMCONTEXT_ROOT=$empty sh -e -c "'$root$script' start" 2>&1 </dev/null)
    say $? "$script ends with status 0 under sh -e${said:+: $said}"
    rm -rf "${empty:?}"
}

first_line() {
    grep -n -E "^[^#]*$1" "$2" | head -n 1 | cut -d: -f1
}

prove_upstart() {
    callers=
    for job in networking network-interface one-context-local vmcontext; do
        file=$root/etc/init/$job.conf
        [ -f "$file" ] || continue
        call=$(first_line "$script([[:space:]]|\$)" "$file")
        [ -n "$call" ] || continue
        callers="$callers $job"
        network=$(first_line 'ifup[[:space:]]' "$file")
        if [ -n "$network" ]; then
            [ "$call" -lt "$network" ]
        else
            grep -q -E '^[[:space:]]*start on.*(startup|mounted|filesystem|starting network)' "$file"
        fi
        say $? "$job.conf calls $script before the network"
        check_job "$file"
    done
    [ -n "$callers" ]
    say $? "jobs of upstart call $script:${callers:- none}"
}

# init-checkconf refuses root, and needs a D-Bus that a server may lack: only what it says of the syntax counts.
check_job() {
    command -v init-checkconf >/dev/null || return 0
    said=$(su -s /bin/sh nobody -c "init-checkconf '$1'" 2>&1 </dev/null)
    case $said in
    *"syntax ok"*) say 0 "init-checkconf: $1: syntax ok" ;;
    *"syntax invalid"* | *ERROR*[Ss]yntax*) say 1 "init-checkconf: $(echo "$said" | tr '\n' ' ')" ;;
    esac
}

prove_sysvinit() {
    found=
    for service in $services; do
        for folder in rcS.d rc2.d rc3.d; do
            ours=$(started "$folder" "$service")
            [ -n "$ours" ] || continue
            found=1
            network=$(started "$folder" 'network(ing)?')
            [ -z "$network" ] || [ "$(printf '%s\n%s\n' "$ours" "$network" | LC_ALL=C sort | head -n 1)" = "$ours" ]
            say $? "/etc/$folder starts $ours before ${network:-a network of a later run level}"
            break 2
        done
    done
    [ -n "$found" ]
    say $? "init starts one of: $services"
}

started() {
    for link in "$root/etc/$1"/S*; do
        echo "${link##*/}"
    done | grep -E "^S[0-9]+$2\$" | head -n 1
}

prove_systemd() {
    for service in $services; do
        systemctl cat "$service.service" >/dev/null 2>&1 && break
    done
    unit=$service.service
    systemctl is-enabled --quiet "$unit" 2>/dev/null
    say $? "$unit is enabled"
    case " $(systemctl show --property=Before "$unit" 2>/dev/null | sed 's/^Before=//') " in
    *" network-pre.target "* | *" networking.service "*) say 0 "$unit comes before the network" ;;
    *) say 1 "$unit comes before the network" ;;
    esac
    command -v systemd-analyze >/dev/null || return 0
    said=$(systemd-analyze verify "$unit" 2>&1 </dev/null)
    say $? "systemd-analyze verify $unit${said:+: $(echo "$said" | tail -n 3 | tr '\n' ' ')}"
}

prove_script
"prove_$init"
