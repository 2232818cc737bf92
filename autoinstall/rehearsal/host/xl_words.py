"""What `xl` of Xen 4.17 says where it refuses, fails, or explains itself: word for word, each line in its place."""

from __future__ import annotations

NO_ANSWER = (
    "libxl: error: libxl_domain.c:854:pvcontrol_cb: guest didn't acknowledge control request: -9\n"
    "{wish} failed (rc=-9)\n"
)
XL = "libxl: error: "
CANNOT_BUILD = XL + "libxl_create.c:1640:domcreate_rebuild_done: Domain {domid}:cannot (re-)build domain: -3"
NO_BRIDGE = (
    XL + "libxl_device.c:1337:device_hotplug_child_death_cb: script: Could not find bridge device {what}"
)
PANIC = "xc: error: panic: "
REFUSED = {
    "name-taken": (
        XL + "libxl_domain.c:81:libxl__domain_rename: Domain {domid}:"
        'Domain with name "{what}" already exists.',
        XL + "libxl_create.c:1296:initiate_domain_create: Domain {domid}:cannot make domain: -6",
    ),
    "kernel-missing": (
        PANIC + "xg_dom_core.c:205: failed to open file '{what}': No such file or directory: Internal error",
        XL + "libxl_dom.c:646:libxl__build_pv: xc_dom_kernel_file failed: No such file or directory",
        CANNOT_BUILD,
    ),
    "ramdisk-missing": (
        PANIC + "xg_dom_core.c:205: failed to open file '{what}': No such file or directory: Internal error",
        XL + "libxl_dom.c:659:libxl__build_pv: xc_dom_ramdisk_file failed: No such file or directory",
        CANNOT_BUILD,
    ),
    "kernel-invalid": (
        PANIC + "xg_dom_core.c:689: xc_dom_find_loader: no loader found: Invalid kernel",
        XL + "libxl_dom.c:571:libxl__build_dom: xc_dom_parse_image failed",
        CANNOT_BUILD,
    ),
    "disk-missing": (
        XL + "libxl_device.c:455:libxl__device_disk_set_backend: Disk vdev=xvda failed to stat: {what}:"
        " No such file or directory",
        XL
        + "libxl_create.c:1318:initiate_domain_create: Domain {domid}:Unable to set disk defaults for disk 0",
    ),
    "memory-short": (
        PANIC
        + "xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory for domain: Out of memory",
        XL + "libxl_dom.c:586:libxl__build_dom: xc_dom_boot_mem_init failed: Cannot allocate memory",
        CANNOT_BUILD,
    ),
    "bridge-missing": (
        XL + "libxl_exec.c:117:libxl_report_child_exitstatus: /etc/xen/scripts/vif-bridge online [1234]"
        " exited with error status 1",
        NO_BRIDGE,
        XL + "libxl_create.c:1921:domcreate_attach_devices: Domain {domid}:unable to add vif devices",
        XL + "libxl_exec.c:117:libxl_report_child_exitstatus: /etc/xen/scripts/vif-bridge offline [1250]"
        " exited with error status 1",
        NO_BRIDGE,
    ),
    "disk-full": (
        XL + "libxl_dom.c:1070:libxl__userdata_store: cannot write /var/lib/xen/userdata-d.{domid}:"
        " No space left on device",
        XL + "libxl_create.c:1296:initiate_domain_create: Domain {domid}:cannot store the configuration: -3",
    ),
    "boot-loader": (
        XL
        + "libxl_bootloader.c:767:bootloader_finished: Domain {domid}:bootloader failed - consult logfile {what}",
        XL
        + "libxl_exec.c:117:libxl_report_child_exitstatus: bootloader [{domid}] exited with error status 1",
        CANNOT_BUILD,
    ),
}
AFTERWARDS = (
    XL + "libxl_domain.c:1183:libxl__destroy_domid: Domain {domid}:Non-existant domain",
    XL + "libxl_domain.c:1137:domain_destroy_callback: Domain {domid}:Unable to destroy guest",
    XL + "libxl_domain.c:1064:domain_destroy_cb: Domain {domid}:Destruction of domain failed",
)

USAGE = """Usage xl [-vfNtT] <subcommand> [args]

xl full list of subcommands:

 create              Create a domain from config file <filename>
 console             Attach to domain's console
 destroy             Terminate a domain immediately
 domid               Convert a domain name to domain id
 domname             Convert a domain id to domain name
 info                Get information about Xen host
 list                List information about all/some domains
 reboot              Issue a reboot signal to a domain
 shutdown            Issue a shutdown signal to a domain
 uptime              Print uptime for all/some domains
 vm-list             List guest domains, excluding dom0, stubdoms, etc.
"""


USAGES = {
    "console": "Usage: xl [-vtT] console [options] <Domain>\n-t <type>       console type, pv , serial or vuart\n"
    "-n <number>     console number\n\nAttach to domain's console.\n\n",
    "destroy": "Usage: xl [-vtTf] destroy [options] <Domain>\n\n\nTerminate a domain immediately.\n\nOptions:\n\n"
    "-f                      Permit destroying domain 0, which will only succeed\n"
    "                        when run from disaggregated toolstack domain with a\n"
    "                        hardware domain distinct from domain 0.\n",
    "domid": "Usage: xl [-vtT] domid <DomainName>\n\nConvert a domain name to domain id.\n\n",
    "domname": "Usage: xl [-vtT] domname <DomainId>\n\nConvert a domain id to domain name.\n\n",
}
"""What a command that lacks its domain prints (Xen 4.17)."""
