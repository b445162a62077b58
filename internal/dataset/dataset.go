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
	Name   string `json:"name"`   // file name without .csv, and .gz or .zst
	Rows   int64  `json:"rows"`   // data rows in the file
	First  Time   `json:"first"`  // first timestamp
	Last   Time   `json:"last"`   // last timestamp
	XXH64  string `json:"xxh64"`  // of the (uncompressed) bytes, 16 hex digits
	Sketch Sketch `json:"sketch"` // of the rows as they were read
}

// Name returns the dataset name of a path: its last element without .csv
// and what says that it is packed. Standard input, "-", is called stdin.
func Name(path string) string {
	if path == "-" {
		return "stdin"
	}
	base, _ := cutExtension(Unpacked(filepath.Base(path)), ".csv")
	return strings.ToValidUTF8(base, "_")
}

// IsCSV reports whether a file's name is that of a dataset: .csv, packed or not, in
// any case.
func IsCSV(name string) bool {
	_, ok := cutExtension(Unpacked(name), ".csv")
	return ok && !strings.HasPrefix(name, ".")
}

// Packed are the extensions of packed files, which are read as they are.
var Packed = []string{".gz", ".zst"}

// Unpacked returns a file's name without the extension of a packed one.
func Unpacked(name string) string {
	for _, ext := range Packed {
		if base, ok := cutExtension(name, ext); ok {
			return base
		}
	}
	return name
}

func cutExtension(name, extension string) (string, bool) {
	if n := len(name) - len(extension); n >= 0 && strings.EqualFold(name[n:], extension) {
		return name[:n], true
	}
	return name, false
}

// Compare orders datasets by name, then by first timestamp.
func Compare(a, b ID) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.First, b.First))
}

// Distinct reports the first pair of datasets, which must be in order, that
// would count something twice: the same bytes or rows, or one name with times
// that overlap.
func Distinct(ids []ID) error {
	var known Known
	for i, d := range ids {
		if what := known.Find(d, Twice); what != "" {
			return fmt.Errorf("dataset %q has %s; give each row once", d.Name, what)
		}
		known.Add(d)
		if i == 0 || ids[i-1].Name != d.Name {
			continue
		}
		if d.First == NoTime || d.First <= ids[i-1].Last {
			return fmt.Errorf("dataset %q comes twice, and the second does not begin after the first ends (%s); "+
				"rename one or cut it", d.Name, ids[i-1].Last)
		}
	}
	return nil
}

// Left counts rows that were left out, each for the first reason that holds.
type Left struct {
	NoTarget       int64 `json:"no_target" range:"0,1e12"`       // there is nothing to learn from, or to compare with
	MissingFeature int64 `json:"missing_feature" range:"0,1e12"` // and the policy is to drop the row
	MissingLag     int64 `json:"missing_lag" range:"0,1e12"`     // of the target: at a beginning, or after a missing target
}

// Merge includes the rows of o.
func (l *Left) Merge(o Left) {
	l.NoTarget += o.NoTarget
	l.MissingFeature += o.MissingFeature
	l.MissingLag += o.MissingLag
}

// Total returns how many rows were left out.
func (l Left) Total() int64 { return l.NoTarget + l.MissingFeature + l.MissingLag }

// String says what was left out and why, for a message; "" if nothing was.
func (l Left) String() string {
	var parts []string
	for _, p := range []struct {
		n   int64
		why string
	}{{l.NoTarget, "without a target"}, {l.MissingFeature, "without a feature"}, {l.MissingLag, "without a lag"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.why))
		}
	}
	return strings.Join(parts, ", ")
}
