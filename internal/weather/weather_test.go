package weather

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"
	"time"

	"mlpipeline/internal/testutil"
)

var start = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// Every kind of anomaly is where its plan says, in train and test, and nowhere
// else.
func TestAnomalies(t *testing.T) {
	for _, step := range []time.Duration{24 * time.Hour, time.Hour} {
		perDay := int(24 * time.Hour / step)
		for _, sc := range Scenarios {
			set := Settings{Seed: 5, Scenario: sc.Name, Station: 1, Start: start, Step: step, Train: 1461 * perDay, Test: 365 * perDay}
			sim := testutil.Must(New(set))(t)
			var rows Rows
			sim.Next(&rows, set.Train+set.Test)
			marks := append(set.Anomalous(0, set.Train), set.Anomalous(set.Train, set.Train+set.Test)...)
			if want := len(rows.Times); len(sc.anomalies) > 0 && len(marks) != want || len(sc.anomalies) == 0 && len(marks) > 0 {
				t.Fatalf("%s: %d marks of %d rows", sc.Name, len(marks), want)
			}
			count, effects := 0, 0
			for i, v := range rows.Cells[0] {
				bad := marks != nil && marks[i]
				lost := slices.ContainsFunc(rows.Cells, func(c []int64) bool { return c[i] == NoReading })
				same := i > 0 && v == rows.Cells[0][i-1]
				off := math.Abs(float64(v)/math.Pow10(Decimals[0]) - rows.Signal[i])
				far := v != NoReading && off > 6*sim.Sigma
				wrong := lost || far && !bad
				switch sc.Name {
				case "gaps":
					wrong = lost != bad
				case "spikes":
					wrong = far != bad || bad && (off < 8-6*sim.Sigma || off > 25+6*sim.Sigma)
				case "stuck":
					wrong = wrong || bad && !same
				}
				if wrong {
					t.Fatalf("%s row %d: off by %v, lost %v, planned %v", sc.Name, i, off, lost, bad)
				}
				if bad {
					count++
					if lost || far || same {
						effects++
					}
				}
			}
			if (len(sc.anomalies) > 0) != (effects > count/10) {
				t.Errorf("%s: %d effects in %d anomalous rows", sc.Name, effects, count)
			}
			if share := float64(count) / float64(len(marks)); sc.Name == "spikes" && math.Abs(share-0.01) > 0.001 {
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
