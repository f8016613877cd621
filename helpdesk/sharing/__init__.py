"""What staff keep for themselves, share with a team, or with all: macros and ticket templates. As views are."""
