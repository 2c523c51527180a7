#!/bin/sh
# Installs Wirewatch as a service on a Debian host, brings it up to date, or takes it away.
#
#     systemd/install.sh install | uninstall
#
# From the environment:
#   DESTDIR   put everything below this folder, and leave the running system alone
#   PYTHON    the interpreter that the venv is made with (/usr/bin/python3)
#   EXTRAS    what is installed beside the core ("documents,pictures,web"); may be empty
#   PURGE=1   on uninstall: take configuration, store, archive and user away too
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
root=${DESTDIR:-}
python=${PYTHON:-/usr/bin/python3}
extras=${EXTRAS-documents,pictures,web}
programs=/opt/wirewatch
settings=/etc/wirewatch
units="wirewatch.service wirewatch-worker@.service wirewatch-web.service wirewatch-retry.timer wirewatch-backup.service wirewatch-backup.timer"

say() {
    echo "wirewatch: $*"
}

fail() {
    echo "wirewatch: $*" >&2
    exit 1
}

# Whether this is the running system, which has users and units, or a tree that is being filled.
is_host() {
    test -z "$root"
}

has_systemd() {
    is_host && test -d /run/systemd/system
}

# Puts one file into place: from, to, mode.
place() {
    install -D -m "$3" "$source/$1" "$root$2"
    say "$2"
}

check_host() {
    if is_host && test "$(id -u)" -ne 0; then
        fail "this takes root: sudo make $1; or name a tree: make $1 DESTDIR=…"
    fi
}

# The unit sees neither /home nor /root: an interpreter that lives there would not start.
check_python() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$python is no CPython 3.11 or later; name one: make install PYTHON=…"
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python cannot make a venv: apt install python3-venv"
    case $("$python" -c 'import os, sys; print(os.path.realpath(sys.executable))') in
        /home/* | /root/*)
            fail "$python lies in /home or /root, which the service cannot see; name another" ;;
    esac
}

install_program() {
    venv=$root$programs
    test -x "$venv/bin/python" || "$python" -m venv "$venv"
    what=$source
    test -z "$extras" || what="${source}[$extras]"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
        --upgrade --upgrade-strategy only-if-needed "$what"
    # The same version from another commit is another program.
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
        --force-reinstall --no-deps "$source"
    # Scripts name their interpreter, and will lie elsewhere than now.
    if ! is_host; then
        find "$venv/bin" "$venv/pyvenv.cfg" -type f -exec grep -qI "$venv" {} \; -exec sed -i "s#$venv#$programs#g" {} +
    fi
    say "$programs: $("$venv/bin/python" -m wirewatch --version)"
    install -d "$root/usr/local/bin"
    ln -sfn "$programs/bin/wirewatch" "$root/usr/local/bin/wirewatch"
    say "/usr/local/bin/wirewatch"
}

# The configuration that ships, with the folders of a service; what is there already stays.
install_settings() {
    if test -e "$root$settings/wirewatch.toml"; then
        say "$settings/wirewatch.toml is there, and stays as it is"
        return
    fi
    install -d -m 0755 "$root$settings/rules"
    sed -e 's#"\.\./var/wirewatch\.db"#"/var/lib/wirewatch/wirewatch.db"#' \
        -e 's#"\.\./var/inbox"#"/var/spool/wirewatch/inbox"#' \
        "$source/config/wirewatch.toml" >"$root$settings/wirewatch.toml.new"
    chmod 0644 "$root$settings/wirewatch.toml.new"
    mv "$root$settings/wirewatch.toml.new" "$root$settings/wirewatch.toml"
    for rules in "$source"/config/rules/*.toml; do
        install -m 0644 "$rules" "$root$settings/rules/"
    done
    say "$settings/wirewatch.toml, with a first rule; edit them"
}

install_units() {
    for unit in $units; do
        place "systemd/$unit" "/etc/systemd/system/$unit" 0644
    done
    place systemd/wirewatch.sysusers /etc/sysusers.d/wirewatch.conf 0644
    place systemd/wirewatch.tmpfiles /etc/tmpfiles.d/wirewatch.conf 0644
    if is_host; then
        systemd-sysusers /etc/sysusers.d/wirewatch.conf
        systemd-tmpfiles --create /etc/tmpfiles.d/wirewatch.conf
    fi
    ! has_systemd || systemctl daemon-reload
}

# A daemon that runs goes on with the new program; one that does not is left to its operator.
finish() {
    ! has_systemd || systemctl try-restart "wirewatch-worker@*.service"
    if has_systemd && systemctl --quiet is-active wirewatch.service; then
        systemctl restart wirewatch.service
        systemctl try-restart wirewatch-web.service
        say "restarted"
    elif is_host; then
        say "now edit $settings/wirewatch.toml, then: wirewatch doctor; systemctl enable --now wirewatch"
    fi
}

stop_units() {
    has_systemd || return 0
    systemctl stop "wirewatch-worker@*.service" 2>/dev/null || true
    for unit in $units; do
        systemctl --quiet disable --now "$unit" 2>/dev/null || true
    done
}

remove() {
    for path in "$@"; do
        if test -e "$root$path" || test -L "$root$path"; then
            rm -rf "$root${path:?}"
            say "removed $path"
        fi
    done
}

uninstall() {
    stop_units
    for unit in $units; do
        remove "/etc/systemd/system/$unit"
    done
    remove /etc/sysusers.d/wirewatch.conf /etc/tmpfiles.d/wirewatch.conf
    remove /usr/local/bin/wirewatch "$programs" /var/cache/wirewatch
    ! has_systemd || systemctl daemon-reload
    if test "${PURGE:-}" = 1; then
        remove "$settings" /var/lib/wirewatch /var/spool/wirewatch
        if is_host && getent passwd wirewatch >/dev/null; then
            userdel wirewatch
            say "removed the user wirewatch"
        fi
    else
        say "left $settings, /var/lib/wirewatch, /var/spool/wirewatch and the user; PURGE=1 removes them"
    fi
}

case ${1:-} in
    install)
        check_host install
        check_python
        install_program
        install_settings
        install_units
        finish
        ;;
    uninstall)
        check_host uninstall
        uninstall
        ;;
    *) fail "install or uninstall?" ;;
esac
