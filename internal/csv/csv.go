// Package csv has what reading and writing CSV needs, clean or not: blocks of whole
// records (cut.go), packed files (unpack.go), numbers (number.go), times (timestamp.go)
// and cells (write.go); and for importer a lexer of any dialect (lex.go), where table,
// which is strict, has encoding/csv.
package csv
