"""What a language costs beside another: premiums, tests, published tables, the shipped atlas."""
