// Package csv has what reading and writing CSV needs, clean or not: blocks of whole
// records (cut.go), packed files (unpack.go), numbers (number.go), times (timestamp.go)
// and cells (write.go). How cells are told apart is the business of table, which is
// strict, and of importer, which is not.
package csv
