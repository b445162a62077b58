package cmd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/testutil"
)

// A feature of one test file that is moved by half a deviation of training or a whole one is
// among the three columns that are told, with its file; nothing has drifted where nothing was
// moved.
func TestDrift(t *testing.T) {
	t.Parallel()
	drifted := 0
	for seed := range 20 {
		dir := newDir(t)
		var told struct{ Drift []metrics.Drift }
		shell(t, dir, fmt.Sprint("data_creation -quiet -scenarios clean,spikes,stuck -seed ", seed,
			" && model_preprocessing -quiet && model_preparation -quiet && model_testing -quiet -report ''"))
		readJSON(t, filepath.Join(dir, "models/metrics.json"), &told)
		for _, d := range told.Drift {
			if d.Drifted {
				t.Errorf("seed %d: nothing was moved: %v", seed, &d)
			}
		}
		r := rand.New(rand.NewPCG(71, uint64(seed)))
		file, k := []string{"clean", "spikes", "stuck"}[r.IntN(3)], seed%4 // after time and target
		s := testutil.Must(scaler.Read(filepath.Join(dir, "models/scaler.json")))(t)
		by := (0.5 + 0.5*r.Float64()) * s.Scale[k]
		shell(t, dir, fmt.Sprintf(`cp data/test/*.csv . && awk -F, -v OFS=, 'NR > 1 && $%d != "" { $%[1]d += %v } 1' `+
			`data/test/%s.csv >%[3]s.csv && model_testing -quiet -report '' *.csv`, k+3, by, file))
		readJSON(t, filepath.Join(dir, "models/metrics.json"), &told)
		named := false
		for _, d := range told.Drift {
			right := d.Column == s.FeatureNamesOut[k] && d.Dataset == file
			named = named || right && d.Excess > 0
			if right && d.Drifted {
				drifted++
			}
			if d.Drifted && !right {
				t.Errorf("seed %d: %q of %s was moved: %v", seed, s.FeatureNamesOut[k], file, &d)
			}
		}
		if !named {
			t.Errorf("seed %d: %q of %s was moved by %v: %+v", seed, s.FeatureNamesOut[k], file, by, told.Drift)
		}
	}
	if drifted < 12 {
		t.Errorf("only %d of 20 have drifted", drifted)
	}
}

// What the terms move the mean prediction by sums up to what it is moved by: hinges,
// calendar, crosses, levels, lags and missing cells among them. Rows that are predicted from
// predictions do not count.
func TestShift(t *testing.T) {
	dir := newDir(t)
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
