#!/bin/sh
# The base system that live-installer copies. Runs as root in a mount namespace of its own, so that no mount outlives it.
#   base-root.sh FOLDER MIRROR SUITE KEYRING IMAGE PACKAGE...
set -eu
folder=${1:?} mirror=$2 suite=$3 keyring=$4 image=$5
shift 5
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
unset http_proxy https_proxy

debootstrap --keyring="$keyring" "$suite" "$folder" "$mirror"

printf '#!/bin/sh\nexit 101\n' > "$folder/usr/sbin/policy-rc.d"
chmod 755 "$folder/usr/sbin/policy-rc.d"
mountpoint -q "$folder/proc" || mount -t proc proc "$folder/proc"
chroot "$folder" apt-get -qq update
chroot "$folder" apt-get -qq -y --no-install-recommends install "$@"
umount "$folder/proc"

rm -f "$folder/usr/sbin/policy-rc.d" "$folder/etc/hostname" "$folder/etc/resolv.conf"
find "$folder/var/cache/apt" "$folder/var/lib/apt/lists" "$folder/var/log" -type f -delete
: > "$folder/etc/machine-id"
# A third of all files, and each costs the emulated copy a turn of a shell loop.
for documentation in doc man info locale lintian; do
	rm -rf "${folder:?}/usr/share/$documentation"/*
done

size=$(du -s --block-size=1M "$folder" | cut -f1)
rm -f "$image"
truncate -s "$((size + size / 8 + 64))M" "$image"
# 4096: below 512 MB mke2fs takes blocks of 1024 bytes, which the kernel refuses on a CD drive ("bad block size").
mke2fs -q -t ext4 -b 4096 -O '^has_journal' -d "$folder" "$image"
