package report

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	csvtable "mlpipeline/internal/table"
	"mlpipeline/internal/testutil"
)

// scan passes over a table of CSV.
func scan[R any](t *testing.T, d *design.Design, csv string, work func(*design.Rows) (R, error),
	merge func(*R, R)) *design.Result[R] {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.csv")
	testutil.WriteFile(t, path, csv)
	files := testutil.Must(csvtable.Open([]string{path}, nil, d.Time))(t)
	s := design.Scan[R]{Design: d, Workers: 1, Work: work, Merge: merge}
	for file, err := range s.Files(context.Background(), files) {
		testutil.OK(t, err)
		return file
	}
	return nil
}

// trained is a page about a model of a table, without a test.
func trained(t *testing.T, d design.Design, fit regression.Fit, csv string) *Page {
	t.Helper()
	unfinished := d.Unfinished()
	sketcher := scaler.NewSketcher(&unfinished)
	sums := scan(t, &unfinished, csv, func(rows *design.Rows) (scaler.Sums, error) {
		sketcher.Add(rows)
		return scaler.Of(rows)
	}, (*scaler.Sums).Merge)
	one := scaler.Dataset{ID: sums.ID, Used: sums.Used, Times: sums.Times, Sums: sums.Sum}
	s := testutil.Must(scaler.New(d, []scaler.Dataset{one}, sketcher.Sketches()))(t)
	settings := regression.SettingsOf(s, fit)
	factorizer := regression.NewFactorizer(s, &settings, []int64{sums.Used})
	folds := scan(t, &s.Design, csv, factorizer.Gather, (*regression.Folds).Merge)
	m, summary, err := regression.New(settings,
		[]regression.Dataset{{ID: folds.ID, Used: folds.Used, Folds: folds.Sum}})
	testutil.OK(t, err)
	return &Page{Metrics: measured(t, 1, 40, false), Scaler: s, Model: summary, Fit: m}
}

// bent is a table whose y bends with x, depends on a kind, and on x and w together.
func bent(rows int) string {
	r := rand.New(rand.NewPCG(5, 6))
	var b strings.Builder
	b.WriteString("x,w,kind,same,y\n")
	for i := range rows {
		x, w, kind := 10*r.Float64(), r.NormFloat64(), i%3
		y := 3*math.Abs(x-4) + x*w + float64(kind) + float64(float64(kind)*x) + r.NormFloat64()
		fmt.Fprintf(&b, "%v,%v,%c,5,%v\n", x, w, 'a'+kind, y)
	}
	return b.String()
}

func bentDesign() design.Design {
	return design.Design{Features: []string{"x", "w", "kind", "same"}, Target: "y", Missing: design.Mean,
		Categories: []design.Category{{Name: "kind"}}, MaxLevels: 30,
		Asked: design.Asked{Hinges: []string{"x:3"}, Crosses: []string{"x>*w", "kind*x"}}}
}

// What a picture says that a value adds is what predictions differ by, of rows whose other
// columns are the mean or an unknown level.
func TestEffectsAreOfPredictions(t *testing.T) {
	p := trained(t, bentDesign(), regression.Fit{Folds: 5}, bent(200))
	var predicted []float64
	rows := "x,w,kind,same,y\n1,,?,,0\n4.5,,?,,0\n9,,?,,0\n9,2,a,,0\n9,2,b,,0\n"
	scan(t, &p.Scaler.Design, rows, func(rows *design.Rows) (int, error) {
		predicted = make([]float64, rows.N)
		p.Fit.Predict(predicted, rows)
		return 0, nil
	}, func(*int, int) {})
	f := p.newFit()
	spans, crosses := f.spans(p)
	x, w, kind := find(spans, "x>"), find(spans, "w"), find(spans, "kind")
	if spans[1] != x || len(x.terms) != 2 || len(spans) != 4 || len(crosses) < 2 {
		t.Fatalf("%+v and %d others, %d crosses", x, len(spans)-1, len(crosses))
	}
	effects := []float64{f.at(x.set(1)).value, f.at(x.set(4.5)).value, f.at(x.set(9)).value,
		f.at(x.set(9), w.set(2), kind.set(0)).value, f.at(x.set(9), w.set(2), kind.set(1)).value}
	for i := range effects {
		if got, want := effects[i]-effects[0], predicted[i]-predicted[0]; math.Abs(got-want) > 1e-9 {
			t.Errorf("row %d adds %v, want %v", i, got, want)
		}
	}
	page := string(p.HTML())
	for _, want := range []string{"<h3>x</h3>", "<h3>kind</h3>", "What kind and x add together", "It is flat",
		"Without its bends the error on rows held out is ", "What each term is worth"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(page, "<summary>In the units of the data") {
		t.Error("coefficients of columns that bend are not folded")
	}
	parse(t, "effects", page)
}

// A band is t·se·|x − mean| where there is one column.
func TestBandOfEffect(t *testing.T) {
	p := trained(t, design.Design{Features: []string{"x"}, Target: "y", Missing: design.Drop}, regression.Fit{Folds: 2},
		"x,y\n1,1\n2,3\n3,2\n4,6\n10,9\n")
	f, c := p.newFit(), p.Model.Coefficients[0]
	const quantile, mean = 3.182446305284263, 4 // of t with 3 degrees of freedom
	spans, _ := f.spans(p)
	for _, v := range []float64{1, 4, 10} {
		got := f.at(spans[0].set(v))
		if math.Abs(got.value-c.Value*(v-mean)) > 1e-12 ||
			math.Abs(got.half-quantile**c.StdError*math.Abs(v-mean)) > 1e-9 {
			t.Errorf("%v: %v, want %v ± %v", v, got, c.Value*(v-mean), quantile**c.StdError*math.Abs(v-mean))
		}
	}
	if page := string(p.HTML()); !strings.Contains(page, `<h3 class="caption">In the units of the data`) {
		t.Error("coefficients of columns are folded")
	}
}

// The training data are counted by column, however few or alike they are.
func TestTrainingData(t *testing.T) {
	csv := bent(300) + "5000,,c,5,7\n"
	page := string(trained(t, bentDesign(), regression.Fit{Folds: 5}, csv).HTML())
	for _, want := range []string{"counts the 301 rows", "It goes from 0.", " to 5000; ", " beside the picture.</figcaption>",
		"1 row lacks it.", "All are 5.", "<td>kind</td><td>3</td><td>c</td><td>33.6 %</td>"} {
		if !strings.Contains(strings.ReplaceAll(page, " <b></b>", ""), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := parse(t, "training data", page); n < 4+4 {
		t.Errorf("%d pictures", n)
	}
}
