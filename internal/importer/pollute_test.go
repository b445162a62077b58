package importer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A file that one character makes wrong, put in or taken out anywhere, is read
// right or refused with its line: no number comes out in another column, or that
// was not there.
func TestPolluted(t *testing.T) {
	dir := t.TempDir()
	for d, quoted := range map[string]bool{",": false, "\t": true} {
		words := []string{"red", "green", "blue, or so", "half \"full\"", ""}
		clean := strings.Join([]string{"when", "y", "size", "note", "z"}, d) + "\n"
		known := map[string]map[string]bool{"y": {"": true}, "size": {"": true}, "z": {"": true}}
		for i := range 6 {
			y, size, z := fmt.Sprint(100+i), fmt.Sprintf("%d.5", i), fmt.Sprint(-7000-i)
			known["y"][y], known["size"][size], known["z"][z] = true, true, true
			note := words[i%len(words)]
			if quoted || strings.ContainsAny(note, "\",") {
				note = `"` + strings.ReplaceAll(note, `"`, `""`) + `"`
			}
			clean += strings.Join([]string{fmt.Sprintf("2020-01-%02d", 1+i), y, size, note, z}, d) + "\n"
		}
		begin := strings.Index(clean, "\n") + 1
		var dirty []string
		for i := begin; i < len(clean); i++ {
			for _, c := range []string{d, `"`, "\n", "x", " "} {
				dirty = append(dirty, clean[:i]+c+clean[i:])
			}
			if strings.Contains(d+"\"\n", clean[i:i+1]) {
				dirty = append(dirty, clean[:i]+clean[i+1:])
			}
		}
		for _, in := range dirty {
			got, err := readIn(t, dir, in, Options{Time: new(string)})
			if err != nil {
				if !strings.HasPrefix(err.Error(), "f.csv:") {
					t.Errorf("%q: %v", in, err)
				}
				continue
			}
			if strings.Join(got.Header, "") != "whenysizenotez" {
				t.Errorf("%q: the header is %q", in, got.Header)
			}
			for i, name := range got.Names() {
				j := slices.Index(got.Header, name)
				for _, cells := range got.cells {
					if known[name] != nil && got.Kind(j) == Number && !known[name][cells[i]] && !halved(known[name], cells[i]) {
						t.Fatalf("%q: %s holds %q", in, name, cells[i])
					}
				}
			}
		}
	}
}

// halved reports whether a cell is a part of a known one, as a character in its
// middle leaves it.
func halved(known map[string]bool, cell string) bool {
	for k := range known {
		if strings.HasPrefix(k, cell) || strings.HasSuffix(k, cell) {
			return true
		}
	}
	return false
}
