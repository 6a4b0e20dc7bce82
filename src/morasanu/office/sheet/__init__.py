"""Tables of the office as files: columns with words and rules, written as xlsx and CSV, read back, compared, answered."""
