"""What the lab takes from Debian 13: names of packages, components and kernel modules."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SUITE = "trixie"
SUITE_CLASS = "stable"
VERSION = "13.8"
ARCHITECTURE = "amd64"
MULTIARCH = "x86_64-linux-gnu"

OFFICIAL_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

NETBOOT_PACKAGE = "debian-installer-13-netboot-amd64"
NETBOOT_FOLDER = "usr/lib/debian-installer/images/13/amd64/text/debian-installer/amd64"

UNOFFERED_UDEBS = frozenset(
    _words(
        """
        partman-xfs partman-iscsi open-iscsi-udeb partman-jfs jfsutils-udeb depthcharge-tools-installer
        partman-cros
        """
    )
)
"""Of no use in a virtual machine, or in need of components that are often missing."""

UNNEEDED_UDEBS = frozenset(
    _words(
        """
        partman-btrfs btrfs-progs-udeb partman-md partman-auto-raid mdadm-udeb dmidecode-udeb nobootloader
        systemd-boot-installer kickseed-common rdate-udeb libbsd0-udeb libinih1-udeb libisns-udeb liblzo2-2-udeb
        libmd0-udeb liburcu8-udeb grub-mount-udeb os-prober-udeb fuse3-udeb libfuse3-4-udeb partman-efi
        dosfstools-udeb
        """
    )
)
"""What a plain disk in a virtual machine does not need: each costs seconds of emulated time."""

DEBOOTSTRAP_UDEBS = frozenset(("bootstrap-base", "debootstrap-udeb"))
"""The ordinary way to a base system; live-installer takes their place where a prepared root is copied."""

BASE_PACKAGES = frozenset(
    _words(
        """
        adduser apt apt-utils cpio debconf-i18n debian-archive-keyring dhcpcd-base e2fsprogs ifupdown init iproute2
        kmod linux-sysctl-defaults netbase procps readline-common sensible-utils systemd systemd-sysv udev
        fdisk
        """
    )
)
"""Packages of priority `important` that stay in the small archive's base system; the others become optional."""

KERNEL = "linux-image-cloud-amd64"
"""A third of the size of the general kernel; its drivers are those of virtual machines."""

LATER_PACKAGES = (
    KERNEL,
    *_words("initramfs-tools busybox zstd grub-pc grub-common grub2-common grub-pc-bin console-setup"),
    *_words("keyboard-configuration locales tasksel popularity-contest installation-report"),
    *_words("openssh-server task-ssh-server"),
)
"""What the installer asks apt for once there is a base system, and what its software dialog can then offer."""

PARAVIRTUAL_PACKAGES = ("grub-xen",)
"""What it asks for in place of grub-pc, with which it conflicts, in a paravirtualised guest of Xen."""

CONTEXT_DEPENDENCIES = _words(
    """
    util-linux bash curl bind9-host cloud-utils parted ruby ifupdown sudo passwd dbus openssh-server qemu-guest-agent
    gawk virt-what
    """
)
"""What OpenNebula's contextualization package 7.2 depends on, of the choices those that are in the base system."""

LIVE_PACKAGES = (
    KERNEL,
    *_words("initramfs-tools busybox zstd grub-common grub2-common grub-pc-bin"),
    *_words("console-setup keyboard-configuration locales tasksel installation-report"),
)
"""What is in the prepared root already. Left out: grub-pc, as grub-installer hands it the kernel arguments by
debconf, which an /etc/default/grub that is there already would overrule; popularity-contest, so that it asks."""

ASKING_PACKAGES = _words("tasksel popularity-contest grub-pc")
"""Packages of the installed system that ask questions while it is installed."""

E2FSPROGS_SOURCES = _words("e2fsprogs libext2fs2t64 libcom-err2 libss2")
E2FSPROGS_PROGRAMS = _words(
    "mke2fs mkfs.ext2 mkfs.ext3 mkfs.ext4 e2fsck fsck.ext2 fsck.ext3 fsck.ext4 badblocks tune2fs resize2fs"
)

MODULE_PATHS = _words(
    """
    fs/ext4 fs/jbd2 fs/mbcache.ko fs/isofs fs/fat fs/nls fs/btrfs fs/xfs fs/fuse
    drivers/block/virtio_blk drivers/block/loop
    drivers/scsi/sd_mod drivers/scsi/sr_mod drivers/scsi/sg.ko drivers/scsi/virtio_scsi drivers/scsi/scsi_mod
    drivers/scsi/scsi_common drivers/scsi/scsi_transport_spi
    drivers/ata drivers/cdrom drivers/md/dm-mod drivers/md/md-mod drivers/md/raid
    crypto/crc32c crypto/xor crypto/async_tx crypto/xxhash crypto/blake2b crypto/crct10dif crypto/crc64
    lib/crc lib/libcrc32c lib/raid6 lib/zstd lib/lzo lib/crc64 lib/xxhash
    arch/x86/crypto/crc32 arch/x86/crypto/crct10dif block/t10-pi
    """
)
"""How the paths of the modules begin that disks, their file systems and CD drives need."""

MODULE_GROUPS = _words(
    "ext2 ext3 ext4 virtio loop scsi scsi-core ata sata pata btrfs fat md isofs cdrom-core xfs efi fuse jfs"
)
"""The groups of Debian's kernel udebs that the one repacked udeb stands for."""
