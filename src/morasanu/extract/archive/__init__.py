"""Files that hold files: zip, tar, 7z and what libarchive reads."""
