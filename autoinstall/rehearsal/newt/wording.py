"""The frontend's own words, as cdebconf has them in English."""

CONTINUE = "Continue"
GO_BACK = "Go Back"
YES = "Yes"
NO = "No"
CANCEL = "Cancel"
SHOW_PASSWORD = "Show Password in Clear"
HELP_LINE = "<Tab> moves; <Space> selects; <Enter> activates buttons"
