#!/bin/sh
# A Debian dom0 with Xen as one ext4 image. Runs as root in a mount namespace of its own, so that no mount outlives it.
#   make-dom0.sh FOLDER MIRROR KEY FILES INSTALLER OUT
# KEY: the public key that root is opened with. FILES: what is laid over the system. INSTALLER: the folder of a Debian
# installer's kernel and initrd for guests. OUT gets dom0.img, boot/{xen,vmlinuz,initrd.img}, host-key.pub, versions.txt.
set -eu
root=${1:?} mirror=$2 key=$3 files=$4 installer=$5 out=$6
suite=bookworm xen=4.17
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
unset http_proxy https_proxy

debootstrap --variant=minbase \
	--include=systemd-sysv,udev,kmod,ifupdown,iproute2,ca-certificates,dbus "$suite" "$root" "$mirror"

cp -R "$files/." "$root/"
cat > "$root/etc/apt/sources.list" <<END
deb $mirror $suite main
deb $mirror $suite-updates main
END
# By the usual layout of mirrors the security archive lies beside the main one; where it does not, main must do.
security="deb $mirror-security $suite-security main"
echo "$security" > "$root/etc/apt/sources.list.d/security.list"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
echo dom0 > "$root/etc/hostname"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"

in_dom0() { chroot "$root" "$@"; }
in_dom0 apt-get -qq -o APT::Update::Error-Mode=any update || {
	rm "$root/etc/apt/sources.list.d/security.list"
	in_dom0 apt-get -qq update
}
in_dom0 apt-get -qq -y install linux-image-amd64 initramfs-tools zstd e2fsprogs
in_dom0 apt-get -qq -y install "xen-hypervisor-$xen-amd64" "xen-utils-$xen" xenstore-utils xen-utils-common \
	openssh-server bridge-utils nftables dnsmasq python3 procps iputils-ping busybox-static qemu-utils sudo
umount "$root/sys" "$root/proc"

in_dom0 systemctl -q enable nftables dnsmasq ssh
# Nothing that wakes up by itself: it would only be emulated.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer \
	e2scrub_reap.service systemd-timesyncd.service man-db.timer systemd-pstore.service getty@tty1.service; do
	ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
mkdir -p -m 700 "$root/root/.ssh"
install -m 600 "$key" "$root/root/.ssh/authorized_keys"
echo 'nameserver 10.0.2.3' > "$root/etc/resolv.conf"

# What guests boot from. The toy guest is a shell in some 1.3 MB; its disk is one that pygrub reads.
guests=$root/srv/guests
toy=$(mktemp -d)
mkdir -p "$guests" "$toy/bin" "$toy/sbin" "$toy/proc" "$toy/sys" "$toy/dev" "$toy/tmp" "$toy/etc" "$toy/mnt"
cp "$root/bin/busybox" "$toy/bin/busybox"
chroot "$toy" /bin/busybox --install -s /bin
rm -f "$toy/bin/poweroff" "$toy/bin/reboot"
cp -R "$files/../toy/." "$toy/"
(cd "$toy" && find . | cpio --quiet -o -H newc | gzip -9) > "$guests/toy-initrd.gz"
rm -rf "$toy"
cp "$root"/boot/vmlinuz-*-amd64 "$guests/vmlinuz"
cp "$files/../guests/"*.cfg "$guests/"
disk=$(mktemp -d)
mkdir -p "$disk/boot/grub"
cp "$guests/vmlinuz" "$guests/toy-initrd.gz" "$disk/boot/"
cp "$files/../guests/grub.cfg" "$disk/boot/grub/"
truncate -s 32M "$guests/toy-disk.img"
mke2fs -q -F -t ext4 -E offset=1048576 -d "$disk" "$guests/toy-disk.img" 31M
echo 'start=2048, type=83, bootable' | sfdisk -q --no-reread --no-tell-kernel "$guests/toy-disk.img"
rm -rf "$disk"
# The installer's files lie where autoinstall looks first before it sends them, by their checksum.
cache=$root/root/.cache/autoinstall/hosted
mkdir -p "$cache"
for file in "$installer/linux" "$installer/initrd.gz"; do
	cp "$file" "$cache/sha256-$(sha256sum "$file" | cut -d ' ' -f 1)"
done

mkdir -p "$out/boot"
zcat "$root/boot/xen-$xen-amd64.gz" > "$out/boot/xen"
cp "$root"/boot/vmlinuz-*-amd64 "$out/boot/vmlinuz"
cp "$root"/boot/initrd.img-*-amd64 "$out/boot/initrd.img"
cp "$root/etc/ssh/ssh_host_ed25519_key.pub" "$out/host-key.pub"
in_dom0 dpkg-query -W 'xen*' 'libxen*' 'linux-image*' systemd openssh-server > "$out/versions.txt" 2> /dev/null || true
rm -f "$root/usr/sbin/policy-rc.d"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*

truncate -s 12G "$out/dom0.img"
mke2fs -q -F -t ext4 -O '^metadata_csum' -L dom0 -d "$root" "$out/dom0.img"
