// Package dataset says what a CSV file is to the pipeline: its name, its span
// of time and the hash of its bytes. By these the stages recognise a file that
// they have seen, keep files in one order, and count nothing twice.
package dataset

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
)

// ID identifies a dataset.
type ID struct {
	Name  string `json:"name"`  // file name without .csv or .csv.gz
	Rows  int64  `json:"rows"`  // data rows in the file
	First Time   `json:"first"` // first timestamp
	Last  Time   `json:"last"`  // last timestamp
	XXH64 string `json:"xxh64"` // of the (uncompressed) bytes, 16 hex digits
}

// Name returns the dataset name of a path: its last element without .csv or
// .csv.gz. Standard input, "-", is called stdin.
func Name(path string) string {
	if path == "-" {
		return "stdin"
	}
	base := strings.TrimSuffix(filepath.Base(path), ".gz")
	return strings.ToValidUTF8(strings.TrimSuffix(base, ".csv"), "_")
}

// Compare orders datasets by name, then by first timestamp.
func Compare(a, b ID) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.First, b.First))
}

// Distinct reports the first pair of datasets, which must be in order, that
// would count something twice: the same bytes, or one name with times that
// overlap.
func Distinct(ids []ID) error {
	seen := make(map[string]string, len(ids))
	for i, d := range ids {
		if other, ok := seen[d.XXH64]; ok {
			return fmt.Errorf("dataset %q has the very bytes of %q; give each file once", d.Name, other)
		}
		seen[d.XXH64] = d.Name
		if i == 0 || ids[i-1].Name != d.Name {
			continue
		}
		if d.First == NoTime || d.First <= ids[i-1].Last {
			return fmt.Errorf("dataset %q comes twice, and the second does not begin after the first ends (%s); rename one or cut it", d.Name, ids[i-1].Last)
		}
	}
	return nil
}
