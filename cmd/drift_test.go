package cmd_test

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
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
	drifted := 0
	features := []string{"humidity", "pressure", "wind_speed", "cloud_cover"}
	files := []string{"clean", "spikes", "stuck"}
	for seed := range 20 {
		dir := newDir(t)
		must(t, dir, "data_creation", "-scenarios", "clean,spikes,stuck", "-seed", strconv.Itoa(seed))
		must(t, dir, "model_preprocessing")
		must(t, dir, "model_preparation")
		var told struct{ Drift []metrics.Drift }
		must(t, dir, "model_testing", "-report", "")
		readJSON(t, filepath.Join(dir, "models/metrics.json"), &told)
		for _, d := range told.Drift {
			if d.Drifted {
				t.Errorf("seed %d: nothing was moved: %v", seed, &d)
			}
		}
		r := rand.New(rand.NewPCG(71, uint64(seed)))
		feature, file, by := features[seed%len(features)], files[r.IntN(len(files))], 0.5+0.5*r.Float64()
		s := testutil.Must(scaler.Read(filepath.Join(dir, "models/scaler.json")))(t)
		path := filepath.Join(dir, "data/test", file+".csv")
		rows := readCSV(t, path)
		for j, name := range rows[0] {
			for k, column := range s.FeatureNamesOut {
				for _, row := range rows[1:] {
					if v, err := strconv.ParseFloat(row[j], 64); err == nil && name == feature && column == feature {
						row[j] = strconv.FormatFloat(v+by*s.Scale[k], 'g', -1, 64)
					}
				}
			}
		}
		moved := testutil.Must(os.Create(filepath.Join(dir, file+".csv")))(t)
		testutil.OK(t, csv.NewWriter(moved).WriteAll(rows))
		moved.Close()
		args := []string{"-report", "", file + ".csv"}
		for _, other := range files {
			if other != file {
				args = append(args, filepath.Join("data/test", other+".csv"))
			}
		}
		must(t, dir, "model_testing", args...)
		readJSON(t, filepath.Join(dir, "models/metrics.json"), &told)
		named := false
		for _, d := range told.Drift {
			right := d.Column == feature && d.Dataset == file
			named = named || right && d.Excess > 0
			if right && d.Drifted {
				drifted++
			}
			if d.Drifted && !right {
				t.Errorf("seed %d: %q of %s was moved: %v", seed, feature, file, &d)
			}
		}
		if !named {
			t.Errorf("seed %d: %q of %s was moved by %v deviations: %+v", seed, feature, file, by, told.Drift)
		}
	}
	t.Logf("%d of 20 have drifted", drifted)
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
		if err != nil {
			t.Fatal(err)
		}
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
