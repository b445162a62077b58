package scaler

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/artifact/artifacttest"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/table"
	"mlpipeline/internal/testutil"
)

var seasonal = design.Design{Target: "y", Time: "t", Features: []string{"a", "w"}, Missing: design.Drop, Lags: []int{1},
	Categories: []design.Category{{Name: "w"}}, MaxLevels: 2, Annual: design.UsualAnnual, AnnualAuto: true}

// series is a file of so many rows, days apart.
func series(t *testing.T, d *design.Design, name string, start time.Time, days, rows int) Dataset {
	t.Helper()
	var csv strings.Builder
	csv.WriteString("t,y,a,w\n")
	for i := range rows {
		fmt.Fprintf(&csv, "%s,%d,%v,w%d\n", start.AddDate(0, 0, i*days).Format(time.DateOnly), i*i%7,
			[]any{1.5, 2, ""}[i%3], i%4)
	}
	path := filepath.Join(t.TempDir(), name+".csv")
	testutil.WriteFile(t, path, csv.String())
	files := testutil.Must(table.Open([]string{path}, nil, "t"))(t)
	scan := design.Scan[Sums]{Design: d, Workers: 1, Gaps: true, Work: Of, Merge: (*Sums).Merge}
	for file, err := range scan.Files(context.Background(), files) {
		testutil.OK(t, err)
		return Dataset{ID: file.ID, Used: file.Used, Dropped: file.Left, Gaps: file.Gaps, Sums: file.Sum}
	}
	panic("no file")
}

// Whatever is in a file under a valid checksum, it is refused by its name, or read as a
// scaler that gives finite figures: soon, and without a panic.
func TestForged(t *testing.T) {
	d := seasonal
	year := time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)
	datasets := []Dataset{series(t, &d, "a", year, 10, 40), series(t, &d, "b", year, 1, 9)}
	whole, err := New(d, datasets, nil)
	if err != nil || whole.Annual != 2 {
		t.Fatalf("%v pairs, %v", whole, err)
	}
	path := filepath.Join(t.TempDir(), "scaler.json")
	for name, s := range map[string]*Scaler{
		"whole": whole, "part": NewShard(d, &dataset.Shard{I: 0, N: 1, Files: 2, List: "l"}, datasets, nil),
	} {
		artifacttest.Forge(s, func(where string) {
			document, err := Kind.EncodeJSON(s)
			if err != nil {
				return // JSON has no NaN
			}
			testutil.WriteFile(t, path, document)
			start := time.Now()
			if s, err := Read(path); err == nil {
				checkFinite(t, where, s)
			} else if !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("%s, %s: %v", name, where, err)
			}
			if s, err := ReadShard(path); err == nil {
				if merged, err := merge([]*Scaler{s}); err == nil {
					checkFinite(t, where, merged)
				}
			} else if !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("%s, %s: %v", name, where, err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s, %s: takes %v", name, where, took)
			}
		})
	}
}

// What no run writes is refused at once and by its name, also what would take long to make
// anything of.
func TestRefused(t *testing.T) {
	var many []string
	var counts []Count
	for i := range 100_000 {
		many = append(many, fmt.Sprintf("%06d", i))
		counts = append(counts, Count{many[i], 1})
	}
	path, d := filepath.Join(t.TempDir(), "scaler.json"), seasonal
	start := time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)
	datasets := []Dataset{series(t, &d, "a", start, 1, 9), series(t, &d, "b", start, 10, 40)}
	for _, c := range []struct {
		want  string
		forge func(s *Scaler)
	}{
		{"100000 pairs of harmonics of the year", func(s *Scaler) { s.AnnualAuto, s.Annual = false, 100_000 }},
		{"3 pairs of harmonics of the year are not what", func(s *Scaler) { s.Annual = 3 }},
		{`the category "w" has levels that none has`, func(s *Scaler) { s.Categories[0].Levels = many }},
		{"shard 0 of 1 of 3 files has 2 datasets where 3 a", func(s *Scaler) { s.Part = &dataset.Shard{I: 0, N: 1, Files: 3} }},
		{"its datasets are none", func(s *Scaler) { s.Datasets = nil }},
		{"out of order", func(s *Scaler) { slices.Reverse(s.Datasets) }},
		{`dataset "a" has impossible moments of column 1`, func(s *Scaler) { s.Datasets[0].Moments[1].Mean.Hi = 1e9 }},
		{`dataset "a" has impossible levels of "w"`, func(s *Scaler) { s.Datasets[0].Levels[0].Counts = counts }},
		{`dataset "a" has sums of other`, func(s *Scaler) { s.Datasets[0].Moments = s.Datasets[0].Moments[:2] }},
		{`"a" has 5 rows used, 4 left out and 0 irregular of 1`, func(s *Scaler) { s.Datasets[0].Rows = 1 }},
		{`"b" has times from 2021-`, func(s *Scaler) { s.Datasets[1].First = s.Datasets[1].Last + 1 }},
		{"shard 0 of 1 of 1 files has 0 datasets where 1", func(s *Scaler) {
			s.Part, s.Datasets = &dataset.Shard{I: 0, N: 1, Files: 1}, nil
		}},
		{`column "a" has scale 0`, func(s *Scaler) { s.Scale[0] = 0 }},
		{`column "a" has scale 1, variance -1`, func(s *Scaler) { s.Scale[0], s.Var[0] = 1, -1 }},
		{`of 50 numbers in 31 rows`, func(s *Scaler) { s.NSamplesSeen[0] = 50 }},
		{`mean 1e+10 between 1.5 and 2`, func(s *Scaler) { s.Mean[0] = 1e10 }},
		{`the target "a" is among`, func(s *Scaler) { s.Target = "a" }},
		{"the target has mean", func(s *Scaler) { s.TargetVar = -1 }},
		{"figures of other columns", func(s *Scaler) { s.NSamplesSeen = Counts{1, 2, 3} }},
		{"figures of other columns", func(s *Scaler) { s.DataMax = s.DataMax[:1] }},
	} {
		s := fitted(t, d, datasets...)
		s.Datasets[0].Moments, s.Datasets[0].Levels = slices.Clone(s.Datasets[0].Moments), slices.Clone(s.Datasets[0].Levels)
		c.forge(s)
		testutil.OK(t, Kind.WriteJSON(path, s))
		begun := time.Now()
		_, err := ReadShard(path)
		if took := time.Since(begun); err == nil || !strings.HasPrefix(err.Error(), path+": is not a scaler: ") ||
			!strings.Contains(err.Error(), c.want) || took > 10*time.Second {
			t.Errorf("%s: %v, in %v", c.want, err, took)
		}
	}
}

// checkFinite standardises a row.
func checkFinite(t *testing.T, where string, s *Scaler) {
	t.Helper()
	rows := &design.Rows{N: 1, Y: []float64{1}, X: make([][]float64, len(s.Names())), Codes: make([]design.Codes, len(s.Categories))}
	for k := range s.Categories {
		term := s.CategoryTerms()[k]
		from, to := term.From, term.To()
		rows.Codes[k] = design.Codes{Codes: []int32{1}, Words: []string{"", "x"}, From: from, To: to, Column: []int{-1, from}}
		if from == to {
			rows.Codes[k].Column[1] = -1
		}
	}
	for j := range rows.X {
		rows.X[j] = []float64{1}
	}
	for k := range rows.Codes {
		clear(rows.X[rows.Codes[k].From:rows.Codes[k].To])
	}
	z := make([]float64, len(rows.X)+2)
	s.Standardize(z, rows)
	for _, v := range append(z, s.TargetMean, s.TargetVar) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Errorf("%s: %v", where, z)
			return
		}
	}
}

// Without -annual there are harmonics of the year where a dataset, of one file or of
// several of one name, spans a year and shows its seasons; parts merge into the scaler of
// all, byte for byte, whichever of them shows it.
func TestSeasons(t *testing.T) {
	d := seasonal
	start := func(year, month int) time.Time { return time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		datasets []Dataset
		pairs    int
	}{
		"four days":           {[]Dataset{series(t, &d, "a", start(2020, 1), 1, 5)}, 0},
		"a year of days":      {[]Dataset{series(t, &d, "a", start(2021, 1), 1, 365)}, 2},
		"eleven months":       {[]Dataset{series(t, &d, "a", start(2021, 1), 1, 334)}, 0},
		"52 weeks":            {[]Dataset{series(t, &d, "a", start(2021, 1), 7, 52)}, 2},
		"one row a year":      {[]Dataset{series(t, &d, "a", start(1980, 1), 365, 30)}, 0},
		"quarters":            {[]Dataset{series(t, &d, "a", start(1980, 1), 91, 30)}, 2},
		"two halves":          {[]Dataset{series(t, &d, "a", start(2020, 1), 1, 180), series(t, &d, "a", start(2020, 7), 1, 186)}, 2},
		"two halves, apart":   {[]Dataset{series(t, &d, "a", start(2020, 1), 1, 180), series(t, &d, "b", start(2020, 7), 1, 186)}, 0},
		"one of them does":    {[]Dataset{series(t, &d, "a", start(2020, 1), 1, 18), series(t, &d, "b", start(2020, 7), 1, 400)}, 2},
		"a week in two years": {[]Dataset{series(t, &d, "a", start(2020, 1), 1, 7), series(t, &d, "a", start(2021, 1), 1, 7)}, 0},
	} {
		s := fitted(t, d, c.datasets...)
		if s.Annual != c.pairs || len(s.Mean) != 1+2+2*c.pairs+1 {
			t.Errorf("%s: %d pairs, columns %v", name, s.Annual, s.FeatureNamesOut)
		}
		want, _ := Kind.EncodeJSON(s)
		n := len(c.datasets)
		var wholes, parts []*Scaler
		for i := range c.datasets {
			one := fitted(t, d, c.datasets[i:i+1]...)
			wholes = append(wholes, one)
			parts = append(parts, NewShard(d, &dataset.Shard{I: i, N: n, Files: n}, c.datasets[i:i+1], nil))
		}
		for _, scalers := range [][]*Scaler{wholes, parts} {
			merged := testutil.Must(merge(scalers))(t)
			if got, _ := Kind.EncodeJSON(merged); string(got) != string(want) {
				t.Errorf("%s: merged\n%s\nwant\n%s", name, got, want)
			}
		}
	}
	d.Features, d.Categories, d.Lags = nil, nil, nil
	_, err := New(d, []Dataset{series(t, &d, "a", start(2020, 1), 1, 5)}, nil)
	testutil.Fails(t, err, "there is no feature: ")
}
