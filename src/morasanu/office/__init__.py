"""The office: the web application that the institution works in, one room for each duty. Django lives only here."""
