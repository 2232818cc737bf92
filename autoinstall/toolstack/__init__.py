"""What runs domains: xm and xl from one table of differences."""
