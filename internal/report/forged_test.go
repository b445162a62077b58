package report

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/testutil"
)

// forge hands over every mutation of everything in a value, which is as it was after each.
func forge(path string, v reflect.Value, f func(path string)) {
	with := func(other reflect.Value) {
		kept := reflect.New(v.Type()).Elem()
		kept.Set(v)
		v.Set(other)
		f(fmt.Sprintf("%s = %.40v", path, other))
		v.Set(kept)
	}
	if !v.IsZero() {
		with(reflect.Zero(v.Type()))
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			forge(path, v.Elem(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				forge(path+"."+field.Name, v.Field(i), f)
			}
		}
	case reflect.Slice:
		if n := v.Len(); n > 0 {
			with(v.Slice(1, n))
			with(v.Slice(0, n-1))
			with(reflect.AppendSlice(v.Slice3(0, n, n), v))
			forge(path+"[last]", v.Index(n-1), f)
		}
	case reflect.Array:
		forge(path+"[last]", v.Index(v.Len()-1), f)
	case reflect.Float64:
		x := v.Float()
		for _, other := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 1e300,
			1e150, 5e-324, -x, 2 * x, x + 1} {
			with(reflect.ValueOf(other))
		}
	case reflect.Int, reflect.Int64:
		n := v.Int()
		for _, other := range []int64{-1, 1, 7, 1 << 20, 1 << 40, math.MaxInt64, math.MinInt64, -n, 2 * n, n + 1, n - 1} {
			with(reflect.ValueOf(other).Convert(v.Type()))
		}
	case reflect.String:
		with(reflect.ValueOf("another\x00\x1b[31m<b>"))
		with(reflect.ValueOf(strings.Repeat("x", 1<<20)))
	}
}

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
	forge("", reflect.ValueOf(sums).Elem(), func(what string) {
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
	for i, v := range []any{&m.Kept, &m.Mean, &m.Scale, &m.Coef, &m.Band, &s.Terms, s.Selection} {
		forge(fmt.Sprint(i), reflect.ValueOf(v).Elem(), try)
	}
	t.Logf("%d forged, %d shown", tried, shown)
	if tried < 200 || shown < 20 {
		t.Errorf("%d forged, %d shown", tried, shown)
	}
}
