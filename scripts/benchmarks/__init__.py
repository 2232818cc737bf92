"""The figures of autoinstall: one module a thing that is measured, each with a function `measure(runs)`."""
