"""What xm and xl print, where, and with which exit status, without a console."""

import re
import shutil
import subprocess

import pytest

from tests.rehearsal.host_rig import Rig, eventually

XL_AFTERWARDS = """\
libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain {0}:Non-existant domain
libxl: error: libxl_domain.c:1137:domain_destroy_callback: Domain {0}:Unable to destroy guest
libxl: error: libxl_domain.c:1064:domain_destroy_cb: Domain {0}:Destruction of domain failed
"""


@pytest.fixture
def host(tmp_path):
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def said(done):
    return done.returncode, done.stdout, done.stderr


def test_xm_creates(host):
    done = host.xm("create", host.description())
    assert said(done) == (0, 'Using config file "./ubuntu.xen".\nStarted domain ubuntu (id=1)\n', "")


def test_xl_creates(host):
    done = host.xl("create", host.description())
    assert said(done) == (0, "", "Parsing config from ubuntu.xen\n")
    assert said(host.xl("domid", "ubuntu")) == (0, "1\n", "")


def test_an_absolute_path_is_shown_as_it_is(host):
    path = host.folder / host.description()
    assert host.xm("create", str(path)).stdout.startswith(f'Using config file "{path}".\n')


def test_every_creation_has_a_new_id(host):
    assert host.create() == 1
    host.xm("destroy", "ubuntu")
    assert host.create() == 2


def test_xm_lists(host):
    host.create()
    head, zero, row = host.xm("list").stdout.splitlines()
    assert head == "Name                                        ID   Mem VCPUs      State   Time(s)"
    assert re.fullmatch(
        r"Domain-0                                     0  1024 +\d+     r----- +\d+\.\d", zero
    )
    assert re.fullmatch(
        r"ubuntu                                       1   256     1     [-r][-b]---- +\d+\.\d", row
    )
    assert len(row) == len(head) - 1
    assert host.xm("list", "ubuntu").stdout.splitlines()[1][:60] == row[:60]
    assert len(host.xm("list", "ubuntu").stdout.splitlines()) == 2


def test_xl_lists_with_tabs_in_the_header(host):
    host.create("xl")
    head, zero, row = host.xl("list").stdout.splitlines()
    assert head == "Name                                        ID   Mem VCPUs\tState\tTime(s)"
    assert zero.startswith("Domain-0                                     0  1024 ")
    assert re.fullmatch(r"ubuntu {39}1   256     1     [-r][-b]---- {7}\d\.\d", row)


def test_a_waiting_domain_is_blocked(host):
    host.create()
    assert eventually(lambda: " -b---- " in host.xm("list", "ubuntu").stdout)


def test_the_uuid_of_the_description_is_kept_and_shown(host):
    uuid = "01234567-89ab-cdef-0123-456789abcdef"
    host.create(uuid=uuid)
    assert f"    (uuid {uuid})\n" in host.xm("list", "--long", "ubuntu").stdout
    assert host.xl("vm-list").stdout.splitlines()[1].rstrip() == f"{uuid}  1    ubuntu"
    assert host.xl("list", "-v").stdout.splitlines()[2].endswith(f" {uuid}        -                -")


@pytest.mark.parametrize("command", ["domid", "console", "shutdown", "destroy", "reboot", "list", "uptime"])
def test_xm_no_such_domain(host, command):
    assert said(host.xm(command, "nobody")) == (3, "", "Error: Domain 'nobody' does not exist.\n")


@pytest.mark.parametrize("command", ["console", "shutdown", "destroy", "reboot", "list", "uptime"])
def test_xl_no_such_domain(host, command):
    assert said(host.xl(command, "nobody")) == (1, "", "nobody is an invalid domain identifier (rc=-6)\n")


def test_xl_other_forms_of_no_such_domain(host):
    assert said(host.xl("domid", "nobody")) == (
        1,
        "",
        "Can't get domid of domain name 'nobody', maybe this domain does not exist.\n",
    )
    assert said(host.xl("console", "999")) == (
        1,
        "",
        "libxl: error: libxl_dom.c:37:libxl__domain_type: unable to get domain type for domid=999\n"
        "Unable to attach console\n",
    )
    assert host.xl("console").returncode == 2
    assert host.xl("console").stderr == "'xl console' requires at least 1 argument.\n\n"


def test_a_domain_may_be_named_by_its_id(host):
    host.create()
    assert said(host.xm("destroy", "1")) == (0, "", "")
    assert host.xm("list", "ubuntu").returncode == 3


@pytest.mark.parametrize(
    ("changes", "xm", "xl"),
    [
        (
            {"kernel": "/nokernel"},
            "Kernel image does not exist: /nokernel",
            "xc: error: panic: xg_dom_core.c:205: failed to open file '/nokernel': No such file or directory: Internal"
            " error\nlibxl: error: libxl_dom.c:646:libxl__build_pv: xc_dom_kernel_file failed: No such file or"
            " directory",
        ),
        (
            {"ramdisk": "/noramdisk"},
            "Kernel ramdisk does not exist: /noramdisk",
            "xc: error: panic: xg_dom_core.c:205: failed to open file '/noramdisk': No such file or directory: Internal"
            " error\nlibxl: error: libxl_dom.c:659:libxl__build_pv: xc_dom_ramdisk_file failed: No such file or"
            " directory",
        ),
        (
            {"disk": ["file:/srv/none.img,xvda,w"]},
            "Disk '/srv/none.img' isn't accessible",
            "libxl: error: libxl_device.c:455:libxl__device_disk_set_backend: Disk vdev=xvda failed to stat:"
            " /srv/none.img: No such file or directory",
        ),
        (
            {"memory": 1 << 20},
            "I need 1073741824 KiB, but dom0_min_mem is 262144 and shrinking to 262144 KiB would leave only"
            " 66060288 KiB free.",
            "xc: error: panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory for domain: Out of"
            " memory\nlibxl: error: libxl_dom.c:586:libxl__build_dom: xc_dom_boot_mem_init failed: Cannot allocate"
            " memory",
        ),
    ],
    ids=["kernel", "ramdisk", "disk", "memory"],
)
def test_what_a_host_refuses(host, changes, xm, xl):
    file = host.description(**changes)
    assert said(host.xm("create", file)) == (1, 'Using config file "./ubuntu.xen".\n', f"Error: {xm}\n")
    done = host.xl("create", file)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"Parsing config from ubuntu.xen\n{xl}\n")
    assert done.stderr.endswith(XL_AFTERWARDS.format(2))
    assert host.xm("list").stdout.count("\n") == 2


def test_a_name_that_is_taken(host):
    host.create()
    file = host.description("second.xen")
    assert said(host.xm("create", file)) == (
        1,
        'Using config file "./second.xen".\n',
        "Error: VM name 'ubuntu' already exists as domain 1\n",
    )
    assert said(host.xl("create", file)) == (
        3,
        "",
        "Parsing config from second.xen\n"
        'libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain 3:Domain with name "ubuntu" already exists.\n'
        "libxl: error: libxl_create.c:1296:initiate_domain_create: Domain 3:cannot make domain: -6\n"
        + XL_AFTERWARDS.format(3),
    )


def test_two_creations_at_once_give_one_domain(host):
    host.description()
    racing = [
        subprocess.Popen(
            [host.home / "bin" / "xm", "create", "ubuntu.xen"],
            cwd=host.folder,
            stdout=-3,
            stderr=-3,
            text=True,
        )
        for _ in range(4)
    ]
    assert sorted(process.wait() for process in racing) == [0, 1, 1, 1]


def test_xm_refuses_a_disk_that_another_domain_writes(host):
    host.create()
    done = host.xm("create", host.description("second.xen", name="other"))
    assert done.returncode == 1
    assert done.stderr.endswith("and so cannot be mounted now.\n")
    assert host.xl("create", "second.xen").returncode == 0  # xl leaves it to its user


def test_no_description(host):
    assert said(host.xm("create", "no.xen")) == (1, "", "Error: Unable to open config file: no.xen\n")
    assert said(host.xl("create", "no.xen")) == (
        3,
        "",
        "Failed to read config file: no.xen: No such file or directory\n",
    )
    assert said(host.xl("create")) == (6, "", "Config file not specified and none in save file\n")


def test_a_description_that_cannot_be_read(host):
    (host.folder / "syn.cfg").write_text("name = 'x'\n# one\nmemory =\n")
    assert said(host.xl("create", "syn.cfg")) == (
        1,
        "",
        "Parsing config from syn.cfg\nsyn.cfg:2: config parsing error near <newline>: syntax error, unexpected NEWLINE,"
        " expecting STRING or NUMBER or '['\nFailed to parse config: Invalid argument\n",
    )
    done = host.xm("create", "syn.cfg")
    assert (done.returncode, done.stderr) == (1, "Error: invalid syntax (syn.cfg, line 3)\n")


@pytest.mark.parametrize(
    ("changes", "without", "words", "status"),
    [
        ({}, ["name"], "Domain name must be specified.\n", 1),
        ({"type": "foo"}, [], "Invalid domain type foo.\n", 1),
        ({}, ["kernel", "ramdisk"], "Neither kernel nor bootloader specified\n", 1),
        (
            {"disk": ["bogus"]},
            [],
            "b.cfg: config parsing error in disk specification: no vdev specified in `bogus'\n",
            1,
        ),
        ({"unknown_key": 3}, [], "", 0),
    ],
    ids=["name", "type", "kernel", "disk", "unknown"],
)
def test_xl_on_wrong_descriptions(host, changes, without, words, status):
    done = host.xl("create", host.description("b.cfg", without=without, **changes))
    assert said(done) == (status, "", "Parsing config from b.cfg\n" + words)


def test_xm_shutdown_returns_at_once_and_the_guest_hears_it(host):
    host.create()
    console = host.console()
    assert said(host.xm("shutdown", "ubuntu")) == (0, "", "")
    console.expect_exact("\rThe system is going down NOW!\r\n")
    assert eventually(lambda: host.xm("domid", "ubuntu").returncode == 3)


def test_shutdown_that_waits(host):
    host.create()
    host.console()
    assert said(host.xm("shutdown", "-w", "ubuntu")) == (
        0,
        "Domain ubuntu terminated\nAll domains terminated\n",
        "",
    )
    assert host.xm("list", "ubuntu").returncode == 3
    host.create("xl")
    host.console("xl")
    words = "Shutting down domain 2\nWaiting for 1 domains\nDomain 2 has been shut down, reason code 0\n"
    assert said(host.xl("shutdown", "-w", "ubuntu")) == (0, "", words)


def test_reboot_gives_a_new_id(host):
    host.create()
    host.console()
    assert said(host.xm("shutdown", "-R", "-w", "ubuntu")) == (
        0,
        "Domain ubuntu rebooted\nAll domains rebooted\n",
        "",
    )
    assert eventually(lambda: host.xm("domid", "ubuntu").stdout == "2\n")
    host.console()
    assert said(host.xl("reboot", "ubuntu")) == (0, "", "Rebooting domain 2\n")
    assert eventually(lambda: host.xl("domid", "ubuntu").stdout == "3\n")


def test_without_a_host(host):
    shutil.rmtree(host.home / "domains")
    environment = {"AUTOINSTALL_REHEARSAL_HOME": str(host.folder / "nowhere"), "PATH": "/usr/bin:/bin"}
    for name, words in (("xm", "Is xend running?"), ("xl", "cannot open libxc handle")):
        done = subprocess.run(
            [host.home / "bin" / name, "list"], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert words in done.stderr


def test_wrong_use(host):
    assert host.xm("frobnicate").returncode == 1
    assert host.xm("frobnicate").stderr.startswith("Error: Sub Command frobnicate not found!\nUsage: xm ")
    assert said(host.xl("frobnicate")) == (1, "", "command not implemented\n")
    assert host.xm("list", "--frobnicate").stderr.startswith(
        "Error: option --frobnicate not recognized\nUsage: xm "
    )
    assert host.xl("list", "--frobnicate").returncode == 2


def test_info_tells_the_memory(host):
    host.create()
    for tool in ("xm", "xl"):
        told = dict(re.findall(r"^(\w+) *: (.*)$", host.run(tool, "info").stdout, re.MULTILINE))
        assert int(told["total_memory"]) - int(told["free_memory"]) == 1024 + 256


def test_uptime(host):
    host.create()
    assert re.fullmatch(
        r"Name                                ID Uptime\nubuntu {31}1  0:00:\d\d\n", host.xl("uptime").stdout
    )
