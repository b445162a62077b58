package regression

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/artifact/artifacttest"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/testutil"
)

// forgeable returns a model with all that a model can have: a category, a column that
// follows from another, a season, two datasets; and some of its rows.
func forgeable(t *testing.T) (*Model, *Summary, *design.Rows) {
	t.Helper()
	d := &table{n: 60, random: rand.New(rand.NewPCG(61, 62))}
	d.addCategory(3, false, func(i int) int { return i % 3 })
	x := d.addNumbers(5, 0)
	d.add(true, func(i int) float64 { return 2 * x[i] })
	d.add(false, func(i int) float64 { return math.Sin(float64(i) / 5) })
	d.add(false, func(i int) float64 { return math.Cos(float64(i) / 5) })
	y := make([]float64, d.n)
	for i := range y {
		y[i] = x[i] + float64(i%3) + 0.1*d.random.NormFloat64()
	}
	set, rows := d.problem(func(int) bool { return true }, y)
	set.SeasonFrom, set.SeasonTo, set.Folds = 5, 7, 2
	w := len(set.Names) + 2
	r := &design.Rows{N: 10, X: make([][]float64, w-2), Y: y[:10], Codes: []design.Codes{{To: 3,
		Words: []string{"", "a", "b", "c"}, Column: []int{-1, 0, 1, 2}, Codes: make([]int32, 10)}}}
	for j := 3; j < w-2; j++ {
		r.X[j] = d.columns[j][:10]
	}
	for i := range r.Codes[0].Codes {
		r.Codes[0].Codes[i] = int32(i % 4)
	}
	set.Columns = metrics.Columns{{Name: "y", At: -1, Edges: []float64{0, 1}, Low: -3, High: 5, Mean: 1, Deviation: 1},
		{Name: "c", Levels: []string{"a", "b", "c"}}}
	datasets := []Dataset{foldsOf("a", rows[:40*w], w, 2), foldsOf("b", rows[40*w:], w, 2)}
	datasets[0].Folds[0].Cells, _ = set.Columns.Count(r, 0, 10, 1, nil)
	m, summary := fitted(t, set, datasets...)
	return m, summary, r
}

// use does with a model what the programs do, and reports a figure that is not finite.
func (m *Model) use(rows *design.Rows) error {
	if m.Part != nil {
		return nil
	}
	predicted, leverage, spread := make([]float64, rows.N), make([]float64, rows.N), make([]float64, rows.N)
	m.Predict(predicted, rows)
	m.Leverage(leverage, rows)
	m.Spread(spread, leverage)
	figures := slices.Concat(predicted, spread, leverage)
	if len(m.Climatology) > 0 {
		m.PredictSeason(predicted, rows)
		figures = append(figures, predicted...)
	}
	m.Pasts(2)
	for i := range rows.N {
		m.Doubt(rows, i, leverage[i], m.Mean, m.Mean)
	}
	if again, summary, err := Merge([]*Model{m}); err == nil {
		if err := errors.Join(again.check(true), summary.check()); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(figures, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		return fmt.Errorf("figures %v", figures)
	}
	return nil
}

// readForged reads a model after a valid checksum, without its factors and with them, and
// uses it. It reports whether the whole was read.
func readForged(t *testing.T, path, what string, file [][]byte, rows *design.Rows) (read bool) {
	t.Helper()
	testutil.WriteFile(t, path, bytes.Join(file, nil))
	defer func(from time.Time) {
		if took := time.Since(from); took > 10*time.Second {
			t.Errorf("%s: %v", what, took)
		}
		if fault := recover(); fault != nil {
			t.Errorf("%s: %v", what, fault)
		}
	}(time.Now())
	for _, reader := range []func(string) (*Model, string, error){ReadLight, ReadShard} {
		m, _, err := reader(path)
		if read = err == nil; !read {
			continue
		}
		if err := m.use(rows); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	return read
}

// Behind a valid checksum any figure may stand in the place of any other, and none: what is
// read is a possible model, from which finite figures follow.
func TestForgedModels(t *testing.T) {
	gob := filepath.Join(t.TempDir(), "model.gob")
	m, _, rows := forgeable(t)
	m.Datasets[0].Tail, m.Datasets[0].Step = []float64{1, 2}, 1
	if file, _, err := m.Encode(); err != nil || !readForged(t, gob, "honest", file, rows) {
		t.Fatalf("an honest model is not read: %v", err)
	}
	read := map[string]bool{}
	artifacttest.Forge(m, func(path string) {
		if file, _, err := m.Encode(); err == nil {
			read[path] = readForged(t, gob, path, file, rows)
		}
	})
	for _, d := range []Dataset{{Step: -1}, {Tail: []float64{1e300}}, {Tail: make([]float64, m.Datasets[0].Rows+1)}} {
		m.Datasets[0].Tail, m.Datasets[0].Step = d.Tail, d.Step
		if file, _, err := m.Encode(); err != nil || readForged(t, gob, "a tail", file, rows) {
			t.Errorf("the tail %v and the step %d are read: %v", d.Tail, int64(d.Step), err)
		}
	}
	t.Logf("%d mutations", len(read))
	for _, path := range []string{".Names without its last", ".Scale[0] = nothing", ".Coef = nothing", ".Band.T without its last",
		".Band.Rows = nothing", ".Folds = 2000000000", ".Categories[last].To = 2000000000", ".SeasonTo = nothing", ".Datasets = nothing",
		".Datasets out of order", ".Datasets[0].Used = -1", ".Band.Sigma = -1", ".Climatology = nothing",
		".Band.Centre without its last", ".Band.Taken[0] = -1", ".Band.Relation = nothing"} {
		if was, tried := read[path]; was || !tried {
			t.Errorf("%s: read %v, tried %v", path, was, tried)
		}
	}
}

// A shard has as many datasets as the list of files gives it.
func TestForgedShard(t *testing.T) {
	m, _, rows := forgeable(t)
	path := filepath.Join(t.TempDir(), "shard.gob")
	for files, possible := range map[int]bool{2: true, 3: false, 0: false} {
		shard := NewShard(m.Settings, &dataset.Shard{I: 0, N: 1, Files: files, List: "l"}, m.Datasets)
		file, _, err := shard.Encode()
		if err != nil || readForged(t, path, "shard", file, rows) != possible {
			t.Errorf("a shard of %d datasets of %d files is read: %v, %v", len(m.Datasets), files, !possible, err)
		}
	}
}

// So may any bytes.
func TestForgedBytes(t *testing.T) {
	m, _, rows := forgeable(t)
	file, _, err := m.Encode()
	testutil.OK(t, err)
	payload := bytes.Join(file[1:], nil)
	path, r := filepath.Join(t.TempDir(), "model.gob"), rand.New(rand.NewPCG(3, 4))
	for i := range 300 {
		b := bytes.Clone(payload)
		for range 1 + r.IntN(4) {
			b[r.IntN(len(b))] = byte(r.IntN(256))
		}
		readForged(t, path, fmt.Sprint("bytes ", i), artifact.Seal(Kind, [][]byte{b}), rows)
	}
}

// A forged model.json is refused, or its figures are possible.
func TestForgedSummaries(t *testing.T) {
	_, summary, _ := forgeable(t)
	path := filepath.Join(t.TempDir(), "model.json")
	read := map[string]bool{}
	artifacttest.Forge(summary, func(what string) {
		document, err := SummaryKind.EncodeJSON(summary)
		if err != nil {
			return // JSON has no NaN
		}
		testutil.WriteFile(t, path, document)
		s, err := ReadSummary(path)
		if read[what] = err == nil; err != nil {
			return
		}
		name, factor := s.Wider()
		classical, robust := halfWidths(s)
		if math.IsNaN(factor+classical+robust) || math.IsInf(factor+classical+robust, 0) {
			t.Errorf("%s: %s is wider by %v, half widths %v and %v", what, name, factor, classical, robust)
		}
	})
	for _, path := range []string{".Coefficients = nothing", ".Standardized without its last", ".CV.MSEStd = nothing", ".CV.MSE* = -1",
		".CV.Folds = 2000000000", ".Rows = nothing", ".Rank = 2000000000", ".Clusters.Dof = 2", ".Coefficients[last].T* = 0.5",
		".Coefficients[last].StdError* = -1", ".ResidualStd = nothing", ".R2 = 1e+300", ".Condition = nothing", ".Influence[0].Rows = -1"} {
		if was, tried := read[path]; was || !tried {
			t.Errorf("%s: read %v, tried %v", path, was, tried)
		}
	}
}

// halfWidths returns the quantiles of t by which a standard error and a robust one are
// half the width of a 95 % interval, 0 where there are none.
func halfWidths(s *Summary) (classical, robust float64) {
	const upper = 0.975
	if dof := float64(s.Rows) - float64(s.Rank); dof >= 1 {
		classical = metrics.Quantile(upper, dof)
	}
	if s.Clusters.Dof >= 1 {
		robust = metrics.Quantile(upper, float64(s.Clusters.Dof))
	}
	return classical, robust
}
