package weather

import (
	"fmt"
	"hash/fnv"
	"math"
	"testing"
	"time"

	"mlpipeline/internal/testutil"
)

var start = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// simulate returns a log as floats, NaN where missing, and the simulator.
func simulate(t *testing.T, set Settings, chunk int) ([][]float64, *Simulator) {
	t.Helper()
	set.Start = start
	sim := testutil.Must(New(set))(t)
	cols := make([][]float64, len(Columns))
	var rows Rows
	for {
		sim.Next(&rows, chunk)
		if len(rows.Times) == 0 {
			return cols, sim
		}
		for j, c := range rows.Cells {
			for _, v := range c {
				x := float64(v) / math.Pow(10, float64(Decimals[j]))
				if v == NoReading {
					x = math.NaN()
				}
				cols[j] = append(cols[j], x)
			}
		}
	}
}

// Every kind of anomaly is where its plan says, in train and test, and nowhere
// else.
func TestAnomalies(t *testing.T) {
	for _, step := range []time.Duration{24 * time.Hour, time.Hour} {
		perDay := int(24 * time.Hour / step)
		for _, sc := range Scenarios {
			scenario := sc.Name
			set := Settings{Seed: 5, Scenario: scenario, Station: 1, Step: step, Train: 1461 * perDay,
				Test: 365 * perDay}
			cols, sim := simulate(t, set, 1000)
			set.Start = start
			quiet := testutil.Must(New(set))(t)
			anomalous := make([]bool, set.Train+set.Test)
			for _, part := range [][2]int{{0, set.Train}, {set.Train, set.Train + set.Test}} {
				marks := set.Anomalous(part[0], part[1])
				if (len(marks) == 0) != (len(sc.anomalies) == 0) {
					t.Errorf("%s: %d marks in rows %v", scenario, len(marks), part)
				}
				copy(anomalous[part[0]:], marks)
			}
			var rows Rows
			quiet.Next(&rows, set.Train+set.Test)
			count, effects := 0, 0
			for i, bad := range anomalous {
				if bad {
					count++
				}
				lost := false
				for j := range cols {
					lost = lost || math.IsNaN(cols[j][i])
				}
				off := math.Abs(cols[0][i] - rows.Signal[i])
				far := off > 6*sim.Sigma
				if bad && (lost || far || i > 0 && cols[0][i] == cols[0][i-1]) {
					effects++
				}
				switch scenario {
				case "gaps":
					if lost != bad {
						t.Fatalf("%s row %d: lost %v, planned %v", scenario, i, lost, bad)
					}
				case "spikes":
					if far != bad || bad && (off < 8-6*sim.Sigma || off > 25+6*sim.Sigma) {
						t.Fatalf("%s row %d: off by %v, planned %v", scenario, i, off, bad)
					}
				case "stuck":
					if bad && cols[0][i] != cols[0][i-1] {
						t.Fatalf("%s row %d: %v after %v", scenario, i, cols[0][i], cols[0][i-1])
					}
					fallthrough
				default:
					if lost || far && !bad {
						t.Fatalf("%s row %d: off by %v, lost %v, and not planned", scenario, i, off, lost)
					}
				}
			}
			if (len(sc.anomalies) > 0) != (effects > count/10) {
				t.Errorf("%s: %d effects in %d anomalous rows", scenario, effects, count)
			}
			if share := float64(count) / float64(len(anomalous)); scenario == "spikes" && math.Abs(share-0.01) > 0.001 {
				t.Errorf("spikes in %.4f of the rows", share)
			}
		}
	}
}

// The logs of a seed are a format: their anomalous rows are drawn again where
// they are asked for, and the same seed gives the same bytes on every machine. A
// change of these sums is a change of that format: dataset.ManifestKind needs the
// next version.
func TestSameLogs(t *testing.T) {
	want := map[string]string{
		"clean":    "64fb947ea531f5c2",
		"noisy":    "cfe75da9cfa03ea2",
		"spikes":   "71db9a52e36a836f",
		"stuck":    "69675e76a9cb5707",
		"drift":    "c3aadb83873db587",
		"gaps":     "70a80729182880d0",
		"heatwave": "a44d7bbb1e1ff83c",
	}
	for _, sc := range Scenarios {
		sum := fnv.New64a()
		for _, step := range []time.Duration{time.Minute, 7 * time.Hour, 24 * time.Hour} {
			set := Settings{Seed: 11, Scenario: sc.Name, Station: 3, Start: start, Step: step, Train: 1500, Test: 700}
			sim := testutil.Must(New(set))(t)
			var rows Rows
			for sim.Next(&rows, 99); len(rows.Times) > 0; sim.Next(&rows, 99) {
				fmt.Fprintln(sum, rows.First, rows.Times, rows.Cells)
			}
			for _, part := range [][2]int{{0, 1500}, {1500, 2200}} {
				fmt.Fprintln(sum, set.Anomalous(part[0], part[1]))
			}
			fmt.Fprintf(sum, "%.9g %.9g\n", sim.Sigma, sim.Climate)
		}
		if got := fmt.Sprintf("%016x", sum.Sum64()); got != want[sc.Name] {
			t.Errorf("%q: %q,", sc.Name, got)
		}
	}
}
