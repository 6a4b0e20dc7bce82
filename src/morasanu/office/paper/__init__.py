"""Paper: the office's letters and tables as PDF for keeping (PDF/A-2), every character drawn by a font within the file."""
