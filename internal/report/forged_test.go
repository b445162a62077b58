package report

import (
	"bytes"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/artifact/artifacttest"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/testutil"
)

// A forged file with a valid checksum is refused by name, or it has finite figures and a
// page, soon.
func TestForged(t *testing.T) {
	sums := measured(t, 1, 40, true).Sums
	sums.Against = "another"
	sums.Datasets[0].Clusters.Add([]float64{1, 2, 3, 4, 5}, []float64{2, 1, 2, 3, math.NaN()}, false)
	sums.ByBin = make(metrics.ResidualsByBin, len(sums.Columns))
	sums.ByBin[1] = make([]metrics.Residuals, 10)
	sums.ByBin[1][9] = metrics.Residuals{N: 7, Sum: 3, Squares: 5}
	path := filepath.Join(t.TempDir(), "forged.gob")
	tried, refused := 0, 0
	write := func() error {
		file, _, err := sums.Encode()
		if err != nil {
			return err // gob does not write it
		}
		testutil.WriteFile(t, path, bytes.Join(file, nil))
		return nil
	}
	testutil.OK(t, write())
	_ = testutil.Must(metrics.Read(path))(t)
	artifacttest.Forge(sums, func(what string) {
		if write() != nil {
			return
		}
		defer func(start time.Time) {
			if p := recover(); p != nil || time.Since(start) > 10*time.Second {
				t.Fatalf("%s: %v after %v", what, p, time.Since(start))
			}
		}(time.Now())
		tried++
		read, err := metrics.Read(path)
		if err != nil {
			if refused++; !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("%s: %v", what, err)
			}
			return
		}
		report, err := metrics.Merge([]*metrics.Sums{read})
		if err != nil {
			return
		}
		lacksNonsense(t, what, string((&Page{Metrics: report}).HTML()))
		if _, err := metrics.SummaryKind.EncodeJSON(report.Summary("")); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	})
	t.Logf("%d forged files, %d refused", tried, refused)
	if tried < 1000 || refused < tried/2 {
		t.Errorf("of %d forged files %d were refused", tried, refused)
	}
}

// The same of a model and its readable form: each is refused, or has a page.
func TestForgedModel(t *testing.T) {
	p := trained(t, bentDesign(), regression.Fit{Folds: 5, Select: true}, bent(200))
	m, s := p.Fit, p.Model
	s.Model = "m"
	dir := t.TempDir()
	tried, shown := 0, 0
	try := func(what string) {
		tried++
		model, summary := filepath.Join(dir, "m.gob"), filepath.Join(dir, "m.json")
		file, _, err := m.Encode()
		text, other := regression.SummaryKind.EncodeJSON(s)
		if err != nil || other != nil {
			return
		}
		testutil.WriteFile(t, model, bytes.Join(file, nil))
		testutil.WriteFile(t, summary, text)
		forged := *p
		if forged.Fit, _, err = regression.ReadLight(model); err != nil {
			return
		}
		if forged.Model, err = regression.ReadSummary(summary); err != nil {
			return
		}
		defer func() {
			if r := recover(); r != nil {
				t.Fatalf("%s: %v", what, r)
			}
		}()
		shown++
		lacksNonsense(t, what, string(forged.HTML()))
	}
	try("nothing")
	if shown != 1 {
		t.Fatal("the model itself is refused")
	}
	for _, v := range []any{&m.Kept, &m.Mean, &m.Scale, &m.Coef, &m.Band, &s.Terms, s.Selection} {
		artifacttest.Forge(v, try)
	}
	t.Logf("%d forged, %d shown", tried, shown)
	if tried < 200 || shown < 20 {
		t.Errorf("%d forged, %d shown", tried, shown)
	}
}
