"""What every room of the office uses: the clock, records and how they are kept, pages, words, headers."""
