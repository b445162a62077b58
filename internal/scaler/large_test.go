package scaler

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
)

// What would take long to make anything of is refused at once, by its name.
func TestForgedLarge(t *testing.T) {
	start := time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)
	var many []string
	var counts []Count
	for i := range 100_000 {
		many = append(many, fmt.Sprintf("%06d", i))
		counts = append(counts, Count{many[i], 1})
	}
	path := filepath.Join(t.TempDir(), "large.json")
	for want, forge := range map[string]func(s *Scaler){
		"100000 pairs of harmonics of the year":            func(s *Scaler) { s.AnnualAuto, s.Annual = false, 100_000 },
		"3 pairs of harmonics of the year are not what":    func(s *Scaler) { s.Annual = 3 },
		`the category "w" has levels that none has`:        func(s *Scaler) { s.Categories[0].Levels = many },
		"shard 0 of 1 of 3 files has 1 datasets where 3 a": func(s *Scaler) { s.Part = &dataset.Part{I: 0, N: 1, Files: 3} },
		"its datasets are none, or out of order":           func(s *Scaler) { s.Datasets = nil },
		`dataset "a" has impossible moments of column 1`:   func(s *Scaler) { s.Datasets[0].Moments[1].Mean.Hi = 1e9 },
		`dataset "a" has impossible levels of "w"`:         func(s *Scaler) { s.Datasets[0].Levels[0].Counts = counts },
		"shard 0 of 1 of 1 files has 0 datasets where 1": func(s *Scaler) {
			s.Part, s.Datasets = &dataset.Part{I: 0, N: 1, Files: 1}, nil
		},
	} {
		d := seasonal
		s, err := New(d, []Dataset{series(t, &d, "a", start, 1, 9)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		forge(s)
		if err := Kind.WriteJSON(path, s); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		_, err = ReadPart(path)
		if took := time.Since(begun); err == nil || !strings.HasPrefix(err.Error(), path+": is not a scaler: ") ||
			!strings.Contains(err.Error(), want) || took > time.Second {
			t.Errorf("%s: %v, in %v", want, err, took)
		}
	}
}
