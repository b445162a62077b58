package regression

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"mlpipeline/internal/artifact"
)

// FuzzRead decodes what stands behind a valid checksum: it is a model whose
// parts fit together, or an error.
func FuzzRead(f *testing.F) {
	m, _, err := New(settings(2), []Dataset{split("a", problem(rand.New(rand.NewPCG(1, 2)), 30, 2, 1), 4, 5)})
	if err != nil {
		f.Fatal(err)
	}
	file, _, err := Kind.EncodeGob(m)
	if err != nil {
		f.Fatal(err)
	}
	for i, c := range file {
		if c == '\n' {
			f.Add(file[i+1:])
			break
		}
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		path := filepath.Join(t.TempDir(), "model.gob")
		if err := os.WriteFile(path, artifact.Seal(Kind, payload), 0o666); err != nil {
			t.Fatal(err)
		}
		m, _, err := Read(path)
		if err != nil {
			return
		}
		if _, _, err := Merge([]*Model{m}); err != nil {
			return
		}
	})
}
