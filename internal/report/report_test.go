package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/testutil"
)

// hostile is a name that would be markup, and is long.
const hostile = `"><script src="https://example.com/x.js">alert('1')</script><b onload=x>&amp;` + "\x00\u202e"

// measured is the report on files of n rows, a day apart if there is time.
func measured(t *testing.T, files, n int, timed bool) *metrics.Report {
	t.Helper()
	r := rand.New(rand.NewPCG(1, uint64(files)))
	scale := metrics.NewScale(1, 50, 10, 5)
	sums := &metrics.Sums{Scaler: "s", Model: "m", Terms: []string{"x", "annual_1"}, Columns: metrics.Columns{
		{Name: "x", Edges: []float64{-1, 0, 1}, Low: -3, High: 3, Deviation: 1}, {Name: "kind", Levels: []string{"a", "b"}},
		{Name: "temperature", At: -1, Edges: []float64{8, 12}, Low: 5, High: 15, Mean: 10, Deviation: 2}}}
	part := []metrics.Cells{{Bins: []int64{20, 30, 30, 20}}, {Bins: []int64{60, 40}}, {Bins: []int64{30, 30, 40}}}
	sums.Training = metrics.NewTraining([][]metrics.Cells{part, part, part})
	sums.Training.Held = &metrics.Mean{Value: 0.1, Half: 0.2}
	floor := 0.9
	for k := range files {
		s := &metrics.Sample{Scale: scale, TrainMean: 10}
		var times []dataset.Time
		var anomalous []bool
		var left []float64
		for i := range n {
			predicted := 10 + 5*r.NormFloat64()
			s.Predicted, s.Actual = append(s.Predicted, predicted), append(s.Actual, predicted+r.NormFloat64())
			s.Spread, left = append(s.Spread, 1.1), append(left, s.Actual[i]-predicted)
			if timed {
				times = append(times, dataset.Time(time.Date(2020, 1, 1+31*i, 0, 0, 0, 0, time.UTC).UnixMicro()))
				anomalous = append(anomalous, i%7 == 0)
			}
		}
		d := metrics.Dataset{NoiseFloor: &floor, Predicted: int64(n), Shift: []float64{3 * float64(n), -float64(n)},
			Cells: []metrics.Cells{{Bins: []int64{90, 5, 3, 2}, Outside: 2, Moved: -40}, {Bins: []int64{50, 48}, Missing: 1, Unseen: 1},
				{Bins: []int64{33, 33, 34}, Moved: 1.5}}}
		if n > 0 {
			d.Add(s, times, anomalous, left)
			sums.Counts.Add(s)
		}
		d.ID = dataset.ID{Name: fmt.Sprintf("%03d %s", k, hostile), XXH64: fmt.Sprint(k), Rows: int64(n),
			First: dataset.NoTime, Last: dataset.NoTime, Sketch: dataset.Sketch{Sum: uint64(k)}}
		sums.Datasets = append(sums.Datasets, d)
	}
	return testutil.Must(metrics.New(sums))(t)
}

// model is the summary of one of p columns, the first of them a reference level.
func model(p int) *regression.Summary {
	m := &regression.Summary{Target: hostile, Rows: 5000, Rank: p, Clusters: regression.Clusters{N: 10, Dof: 9}}
	for j := range p {
		v, se, robust := float64(j%7)-3.5, 0.3, 0.9
		c := regression.Coefficient{Name: fmt.Sprintf("column %d %s", j, hostile), Value: v, StdError: &se, T: &v,
			Robust: &robust, TRobust: &v}
		if j == 0 {
			c = regression.Coefficient{Name: c.Name, Reference: true}
		}
		m.Coefficients, m.Standardized = append(m.Coefficients, c), append(m.Standardized, c)
		m.Influence = append(m.Influence, regression.Influence{Name: c.Name, Rows: 100, DeltaMSE: &v})
		m.Collinear = append(m.Collinear, c.Name)
	}
	return m
}

// The page is whole whatever there is and is not: well-formed, with nothing from
// elsewhere and nothing that runs, every picture in words, and small.
func TestPage(t *testing.T) {
	s := &scaler.Scaler{Design: design.Design{Target: hostile}, FeatureNamesOut: []string{hostile}, Scale: []float64{1},
		Mean: []float64{2}, Var: []float64{0}}
	for k := range 300 {
		s.Datasets = append(s.Datasets, scaler.Dataset{ID: dataset.ID{Name: fmt.Sprint(k, hostile)}})
	}
	for what, c := range map[string]struct {
		page     Page
		pictures int
		says     string
	}{
		"much": {Page{Metrics: measured(t, 300, 47, true), Model: model(1000), Scaler: s,
			Gates: []Gate{{hostile, true}, {hostile, false}}}, 1 + 6 + 1, "files are not shown"},
		"one file":   {Page{Metrics: measured(t, 1, 400, true), Model: model(5)}, 1 + 6 + 1, "The file"},
		"no time":    {Page{Metrics: measured(t, 3, 400, false), Model: model(5)}, 5 + 1, "there is nothing by month"},
		"three rows": {Page{Metrics: measured(t, 1, 3, true), Model: model(2)}, 1 + 6 + 1, "on 3 new rows"},
		"one row":    {Page{Metrics: measured(t, 1, 1, false)}, 3, "R² is not defined"},
		"nothing scored": {Page{Metrics: measured(t, 2, 0, true), Model: model(5)}, 0,
			"Nothing can be said of the predictions"},
		"nothing else": {Page{Metrics: measured(t, 2, 60, true), Missing: []string{"it is gone"}}, 2 + 6, "It is gone."},
	} {
		b := c.page.HTML()
		if len(b) > mostBytes {
			t.Errorf("%s: %d bytes", what, len(b))
		}
		if text := string(b); !strings.Contains(text, c.says) {
			t.Errorf("%s: the page does not say %q", what, c.says)
		}
		lacksNonsense(t, what, string(b))
		if pictures := parse(t, what, string(b)); pictures < c.pictures {
			t.Errorf("%s: %d pictures, want %d", what, pictures, c.pictures)
		}
		if again := c.page.HTML(); string(again) != string(b) {
			t.Errorf("%s: another page from the same", what)
		}
	}
}

// lacksNonsense wants no figure on a page that is none, nor what a name would make of it.
func lacksNonsense(t *testing.T, what, page string) {
	t.Helper()
	for _, never := range []string{"NaN", "Inf", "%!", "<nil>", strings.Repeat("0", 60), "example.com/x.js\"", "\u202e"} {
		if strings.Contains(page, never) {
			t.Errorf("%s: the page says %q", what, never)
		}
	}
}

// parse checks a page and returns how many pictures it has.
func parse(t *testing.T, what, page string) (pictures int) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	path := []string{""} // of open elements
	texts := map[string]string{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return pictures
		}
		if err != nil {
			t.Fatalf("%s: not well-formed: %v", what, err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			tag := e.Name.Local
			path = append(path, tag)
			if slices.Contains([]string{"script", "link", "img", "iframe", "object", "image", "use", "a"}, tag) {
				t.Errorf("%s: <%s>", what, tag)
			}
			for _, a := range e.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || slices.Contains([]string{"src", "href", "style"}, a.Name.Local) {
					t.Errorf("%s: <%s %s=%q>", what, tag, a.Name.Local, a.Value)
				}
			}
			if tag == "svg" {
				pictures++
				texts = map[string]string{}
				if !slices.Contains(e.Attr, xml.Attr{Name: xml.Name{Local: "role"}, Value: "img"}) {
					t.Errorf("%s: a picture without its role", what)
				}
			}
		case xml.CharData:
			inside := path[len(path)-1]
			texts[inside] += string(e)
			if inside == "style" && strings.Contains(string(e), "url(") {
				t.Errorf("%s: a style from elsewhere", what)
			}
		case xml.EndElement:
			path = path[:len(path)-1]
			if e.Name.Local == "svg" && (texts["title"] == "" || len(texts["desc"]) < 20) {
				t.Errorf("%s: a picture that is not described: %q", what, texts)
			}
		}
	}
}

// What the captions say is what the numbers are.
func TestCaptions(t *testing.T) {
	report := measured(t, 1, 400, true)
	residual, se := 2.5, 0.5
	for i := range report.Diagnostics.Months {
		report.Diagnostics.Months[i].MeanResidual, report.Diagnostics.Months[i].StdError = ptr(0.5), ptr(0.3)
	}
	report.Diagnostics.Months[6].MeanResidual, report.Diagnostics.Months[6].StdError = &residual, &se
	report.Diagnostics.Predictions[9].MeanResidual = ptr(-3.25)
	report.Diagnostics.Autocorrelation[0] = ptr(0.625)
	report.Intervals[1].Coverage = 0.5
	report.Residual = &metrics.Residual{Mean: -1.5}
	p := Page{Metrics: report, Model: model(6)}
	b := string(p.HTML())
	for _, want := range []string{
		"Here July is worst, predicted 2.50 too low; 11 of 12 are within two standard errors of 0.",
		"Here the highest tenth is worst, predicted 3.25 too high; ",
		"Here it is 0.62 from one row to the next, and ",
		"Lags of the target, or longer ones, may take some of it away.",
		"Here those of 80.0 % are farthest from it: they held 50.0 %.",
		"The model predicts &#34;&gt;&lt;script",
		"58 rows are anomalous, in ",
		"Residuals have the mean -1.5 ± ",
	} {
		if !strings.Contains(b, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	// The worst file comes first, and what could not be scored last.
	report = measured(t, 3, 40, true)
	for i, v := range []float64{1, 3, 2} {
		report.Each[i].RMSE, report.Datasets[i].Name = ptr(v), fmt.Sprint("file ", i)
	}
	report.Each[0].RMSE = nil
	p.Metrics = report
	b = string(p.HTML())
	if i, j, k := strings.Index(b, "<td>file 1"), strings.Index(b, "<td>file 2"), strings.Index(b, "<td>file 0"); i < 0 ||
		j < i || k < j {
		t.Errorf("files at %d, %d, %d", i, j, k)
	}
}

func ptr(v float64) *float64 { return &v }

// No doubt stands beside praise.
func TestVerdict(t *testing.T) {
	for what, doubt := range map[string]func(*metrics.Report){
		"":                                   func(*metrics.Report) {},
		"Saying that nothing changes":        func(r *metrics.Report) { r.SkillBefore = ptr(-0.01) },
		"saying the mean of these rows":      func(r *metrics.Report) { r.R2 = ptr(-0.01) },
		"The time of the year alone would":   func(r *metrics.Report) { r.SkillSeason = ptr(-0.01) },
		"intervals hold only 84.9 % of the":  func(r *metrics.Report) { r.Coverage = ptr(0.849) },
		"too low on average, more than half": func(r *metrics.Report) { r.Bias = ptr(-0.51 * *r.RMSE) },
	} {
		report := measured(t, 2, 100, false)
		doubt(report)
		verdict := (&Page{Metrics: report}).verdict(nil)
		if strings.Contains(verdict, "predicts the target very well") != (what == "") ||
			strings.Contains(verdict, "does not predict the target well") != (what != "") || !strings.Contains(verdict, what) {
			t.Errorf("%q: %s", what, verdict)
		}
	}
	exact := measured(t, 2, 100, false)
	exact.RMSE = ptr(1e-12 * *exact.MeanRMSE)
	if exact.Bias = exact.RMSE; len(exact.Doubts()) > 0 {
		t.Errorf("what is of rounding alone is doubted: %q", exact.Doubts())
	}
}

// Where nothing is left no period is the farthest apart and no month the worst, and a
// picture of one place is none.
func TestNothingLeft(t *testing.T) {
	s := &metrics.Sample{Scale: metrics.NewScale(1, 50, 10, 5), TrainMean: 10}
	var times []dataset.Time
	for i := range 100 {
		y := float64(i % 10)
		s.Actual, s.Predicted, s.Spread = append(s.Actual, y), append(s.Predicted, y), append(s.Spread, 1)
		times = append(times, dataset.Time(time.Date(2020, 1, 1+i, 0, 0, 0, 0, time.UTC).UnixMicro()))
	}
	b := string((&Page{Metrics: one(t, s, times)}).HTML())
	if strings.Count(b, "never part") != 2 || strings.Count(b, "ere nothing is left on average") != 4 {
		t.Error(b)
	}
	s = &metrics.Sample{Scale: s.Scale, TrainMean: 10, Actual: s.Actual[:1], Predicted: s.Predicted[:1], Spread: s.Spread[:1]}
	b = string((&Page{Metrics: one(t, s, times[:1])}).HTML())
	for _, want := range []string{"at two times or more", "all of one month", "predictions are all alike"} {
		if !strings.Contains(b, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// one is the report on a file.
func one(t *testing.T, s *metrics.Sample, times []dataset.Time) *metrics.Report {
	t.Helper()
	sums := &metrics.Sums{Datasets: make([]metrics.Dataset, 1)}
	d := &sums.Datasets[0]
	d.Add(s, times, nil, make([]float64, len(s.Actual)))
	sums.Counts.Add(s)
	return testutil.Must(metrics.New(sums))(t)
}

// An axis reaches over its numbers, with few ticks, which are round.
func TestNumeric(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		low := r.NormFloat64() * math.Pow(10, float64(r.IntN(24)-12))
		high := low + math.Abs(r.NormFloat64())*math.Pow(10, float64(r.IntN(24)-12))
		a := numeric("x", high, low)
		if !(a.from <= low && a.to >= high) || len(a.ticks) > 7 {
			t.Fatalf("%v to %v: %+v", low, high, a)
		}
		if high-low > 1e-9*math.Abs(low) && len(a.ticks) < 2 {
			t.Fatalf("%v to %v has ticks %v", low, high, a.ticks)
		}
	}
	var texts []string
	for _, tick := range numeric("x", -0.13, 0.21).ticks {
		texts = append(texts, tick.text)
	}
	if got := strings.Join(texts, " "); got != "−0.1 0.0 0.1 0.2" {
		t.Error(got)
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		num(0):                                "0",
		num(-1234.56):                         "−1235",
		num(0.012345):                         "0.01235",
		num(1e9):                              "1e+09",
		num(99.999):                           "100.00"[:5],
		count(1234):                           "1234",
		count(1234567):                        "1\u202f234\u202f567",
		percent(0.12345):                      "12.3 %",
		short("abcdefghij", 5):                "ab…ij",
		off(-1.5):                             "1.50 too high",
		alike(100, 0.5)(0.25):                 "0.2",
		alike(-2)(0.25):                       "0.250",
		plural(1, "row", "rows"):              "1 row",
		others(5, 3):                          " (3 of 5)",
		list(strings.Split("abcdefghij", "")): "a, b, c, d, e, f, g, h, and 2 more",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What the stages before had to say is on the page too, and that a few rows tell little.
func TestWarnings(t *testing.T) {
	s := &scaler.Scaler{Design: design.Design{Target: "y", Categories: []design.Category{{Name: "id"},
		{Name: "kind", Levels: []string{"a"}, Pooled: []string{"b", "c"}}}}}
	s.TooMany, s.Coarse, s.AnnualAuto, s.Datasets = []string{"a*b"}, []string{"far"}, true, []scaler.Dataset{{Irregular: 2}, {}}
	m := model(2)
	m.Absent = []string{"kind=b"}
	m.StdErrorReason, m.Selection = "none is left", &regression.Selection{Reason: "one fold"}
	page := string((&Page{Metrics: measured(t, 1, 29, false), Scaler: s, Model: m}).HTML())
	for _, want := range []string{"id&#34; is left out: it has more", "kind&#34; has 2 levels: the 2 rarest become",
		"would be too many: a*b; ", "from zero, and its knots are rough; ", "no waves of the year, which", "In training 2 rows are not one step",
		"<li>No row has kind=b: it counts as", "standard errors: none is left; ", "chosen: one fold.", "So few rows tell little."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Of many files the worst are open, the others folded, each once.
func TestManyFiles(t *testing.T) {
	p := Page{Metrics: measured(t, 40, 10, false)}
	s := p.datasets(p.worst(), limits{datasets: 36})
	if len(s.Tables) != 2 || len(s.Tables[0].Rows) != 15 || len(s.Tables[1].Rows) != 21 || !s.Tables[1].Folded ||
		!strings.HasPrefix(s.Text[len(s.Text)-1], "4 files are not shown") {
		t.Errorf("%d tables, %d rows: %v", len(s.Tables), len(s.Tables[0].Rows), s.Text)
	}
}
