"""The installed system of a domain: boots from its disk, logs people in, runs a real shell in a private root.

What runs in there are the host's own programs, copied to `/host` of the guest and linked from where the guest
expects them; nothing of the host's files is reachable, and nothing of `/host` is written to the disk. As root (or
where the kernel maps all ids) the first user's shell really runs as that user. Where only one id can be mapped (a
user without root) every process is root of its own namespace: prompt, `id` and HOME are the user's, but the
permissions of root's files do not stop that shell, and what it makes belongs to root.
"""
