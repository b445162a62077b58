package cmd_test

import (
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/testutil"
)

// What the terms move the mean prediction by sums up to what it is moved by: hinges,
// calendar, crosses, levels, lags and missing cells among them. Rows that are predicted from
// predictions do not count.
func TestShift(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "data_creation", "-scenarios", "clean,gaps", "-rows", "800")
	must(t, dir, "model_preprocessing", "-missing", "indicator", "-category", "cloud_cover", "-lags", "1", "-hinge",
		"humidity:3", "-calendar", "month,weekday", "-trend", "-cross", "humidity>*wind_speed,month*pressure")
	for _, fit := range [][]string{{}, {"-alpha", "5"}, {"-select"}} {
		must(t, dir, "model_preparation", fit...)
		must(t, dir, "model_testing", "-report", "", "-predictions", "p.csv")
		m, _, err := regression.ReadLight(filepath.Join(dir, "models/model.gob"))
		testutil.OK(t, err)
		sums := testutil.Must(metrics.Read(filepath.Join(dir, "models/metrics.gob")))(t)
		total, terms := sums.Shifts()
		mean, n, left := 0.0, 0.0, total
		for _, row := range readCSV(t, filepath.Join(dir, "p.csv"))[1:] {
			if v, err := strconv.ParseFloat(row[3], 64); err == nil && !strings.Contains(row[7], "is predicted") {
				mean, n = mean+(v-m.TrainMean), n+1
			}
		}
		for _, term := range terms {
			left -= term.Shift
		}
		deviation := math.Hypot(m.Band.Fitted, m.Band.Sigma)
		if got := mean / n; math.Abs(got-total) > 1e-10*deviation || math.Abs(left) > 1e-10*deviation || len(terms) != len(m.Terms) {
			t.Errorf("%v: predictions moved by %v, the terms say %v of %d", fit, got, total, len(terms))
		}
	}
}
