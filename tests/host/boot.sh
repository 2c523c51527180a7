#!/bin/sh
# Boots systemd as the first process of new namespaces, on a copy of this host that forgets itself.
#
#     boot.sh FOLDER SOURCE
#
# The root is an overlay: what is written goes to memory and ends with the namespaces. The kernel's
# own settings are read-only, so that nothing reaches the host that we stand on. The network is the
# host's, for the receiver on loopback.
set -eu
folder=$1
source=$2

# Begun in the namespaces that `unshare` made, and in a control group of its own.
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
root=$folder/root
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay "$root"

mkdir -p "$root/mnt/source" "$root/mnt/old"
mount --rbind "$source" "$root/mnt/source"
mount -o remount,bind,ro "$root/mnt/source"

mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s pts/ptmx "$root/dev/ptmx"
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"

# What this host has of its own is not started, nor what looks after hardware.
rm -rf "$root/etc/systemd/system" "$root/var/log/journal"
mkdir -p "$root/etc/systemd/system"
for unit in systemd-udevd.service systemd-udev-trigger.service systemd-sysctl.service \
    systemd-modules-load.service systemd-remount-fs.service systemd-random-seed.service \
    systemd-timesyncd.service systemd-networkd.service systemd-resolved.service \
    systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-journald-audit.socket \
    dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
    sys-kernel-config.mount sys-fs-fuse-connections.mount; do
    ln -s /dev/null "$root/etc/systemd/system/$unit"
done
cat >"$root/etc/systemd/system/wirewatch-host.target" <<'UNIT'
[Unit]
Description=A host for Wirewatch's tests
Requires=systemd-journald.service
UNIT

cd "$root"
pivot_root . mnt/old
umount -l /mnt/old
# What systemd mounts in one namespace for another, credentials for example, is to arrive.
mount --make-rshared /
exec env -i container=wirewatch PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=wirewatch-host.target \
    --show-status=no --log-target=journal
