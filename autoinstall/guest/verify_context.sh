# shellcheck shell=sh disable=SC2154
# Runs the context script as init runs it before the network, in a network, a name and an /etc of its own: what it
# writes is gone afterwards. An interface there has an address that OpenNebula gives. Says `ok`, `bad`, or `not`
# (it cannot be tried here) and why. Set before: $scripts (candidates, the first that is there counts), $program (this
# text, which runs itself again in there) and an empty $place.

mac=02:00:c0:a8:00:0a
address=192.168.0.10
jobs=/etc/init/networking.conf

end() {
    echo "$*"
    exit 0
}

with_an_interface() {
    mount --make-rprivate / 2>/dev/null
    said=$(ip link add eth0 type dummy 2>&1 || ip link add eth0 type veth peer name peer0 2>&1) ||
        end not "no network interface can be made: $said"
    said=$(ip link set eth0 address "$mac" 2>&1) || end not "an interface takes no other address: $said"
    said=$(mount -t sysfs sysfs /sys 2>&1) || end not "the interface cannot be shown to the script: $said"
}

# Init's jobs and tools keep their places: only what is written goes elsewhere.
with_an_etc_of_its_own() {
    said=$({ mount -t tmpfs tmpfs "$place" && cp -a /etc "$place/etc" && mount --bind "$place/etc" /etc; } 2>&1) ||
        end not "/etc cannot be put aside: $said"
    rm -f /etc/network/interfaces
    mkdir -p /etc/network
}

before_the_network() {
    if [ -f "$jobs" ] && grep -q "$script" "$jobs"; then
        sed -n '/^[[:space:]]*pre-start[[:space:]]*script/,/^[[:space:]]*end[[:space:]]*script/p' "$jobs" |
            sed '1d;$d'
    else
        echo "$script start"
    fi
}

# prove ROOT WHERE: run it, and look at what it wrote
prove() {
    command=$(before_the_network)
    said=$(sh -e -c "$command" 2>&1 </dev/null) || end bad "it ended with status $?${said:+: $said}"
    grep -q -E "^[[:space:]]*address[[:space:]]+$address\$" "$1/etc/network/interfaces" 2>/dev/null ||
        end bad "an interface with the address $mac got no $address in /etc/network/interfaces"
    echo ok "$script under sh -e gave $address to an interface with the address $mac, in $2"
}

# Our own script can be given another root; where a guest has no namespaces, that is the best there is.
in_another_root() {
    grep -q VMCONTEXT_ROOT "$script" || return
    mkdir -p "$place/sys/class/net/eth0" "$place/etc/network" "$place/run" "$place/tmp"
    echo "$mac" >"$place/sys/class/net/eth0/address"
    VMCONTEXT_ROOT=$place
    export VMCONTEXT_ROOT
    prove "$place" "a root of its own (no network namespace: ${1#not })"
}

in_namespaces() {
    command -v unshare >/dev/null || end not "the guest has no unshare"
    said=$(unshare --net --mount --uts sh -c "$program" 2>&1)
    case $said in
    "ok "* | "bad "* | "not "*) echo "$said" ;;
    *) echo not "namespaces cannot be made: $said" ;;
    esac
}

for script in $scripts; do
    [ ! -x "$script" ] || break
done
[ -x "$script" ] || end not "none of $scripts is there"
if [ -n "$place" ]; then
    with_an_interface
    with_an_etc_of_its_own
    prove "" "namespaces of its own"
    exit
fi
place=$(mktemp -d)
export place
told=$(in_namespaces)
case $told in
"not "*) instead=$(in_another_root "$told") ;;
esac
echo "${instead:-$told}"
rm -rf "${place:?}"
