package weather

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Scenarios are the names of the kinds of log, in their usual order.
var Scenarios = []string{"clean", "noisy", "spikes", "stuck", "drift", "gaps", "heatwave"}

// scenario is a kind of log: how noisy the sensor is and what goes wrong, once
// in every window of time and for how long. Every part, train and test, has at
// least one window.
type scenario struct {
	sigma       float64 // °C
	anomaly     string
	window      time.Duration // 0: a number of rows, windowRows
	windowRows  int
	short, long time.Duration // an event's duration
	least       int           // and its rows, at least
}

var scenarios = map[string]scenario{
	"clean":    {sigma: 0.3},
	"noisy":    {sigma: 1.5},
	"spikes":   {sigma: 0.5, anomaly: "spikes", windowRows: 100, least: 1},
	"stuck":    {sigma: 0.5, anomaly: "stuck", window: 60 * day, short: 6 * time.Hour, long: 5 * day, least: 3},
	"drift":    {sigma: 0.5, anomaly: "drift", window: 400 * day, short: 90 * day, long: 250 * day, least: 10},
	"gaps":     {sigma: 0.5, anomaly: "gaps", window: 45 * day, short: 12 * time.Hour, long: 6 * day, least: 2},
	"heatwave": {sigma: 0.5, anomaly: "heatwave", window: 300 * day, short: 4 * day, long: 10 * day, least: 3},
}

// event is one anomaly, from row first on for rows rows.
type event struct {
	first, rows int
	size        float64 // °C: of a spike, of the bias at a drift's end, of a heat wave's height
	lost        [5]bool // columns without readings
}

// Plan is the anomalies of a log in order.
type Plan struct {
	Anomaly string // kind; "" for none
	events  []event
	next    int // the first event that has not ended
}

// plan draws the anomalies of the train part and of the test part.
func (sc *scenario) plan(r *rand.Rand, set *Settings) Plan {
	p := Plan{Anomaly: sc.anomaly}
	if sc.anomaly == "" {
		return p
	}
	for _, part := range [][2]int{{0, set.Train}, {set.Train, set.Test}} {
		from, n := part[0], part[1]
		windows := n / max(1, sc.windowRows)
		if sc.window > 0 {
			windows = n / int(sc.window/set.Step)
		}
		windows = max(1, windows)
		for w := range windows {
			a, b := from+n*w/windows, from+n*(w+1)/windows
			e := event{rows: sc.least}
			if sc.long > 0 {
				duration := float64(sc.short) + r.Float64()*float64(sc.long-sc.short)
				e.rows = max(sc.least, int(duration/float64(set.Step)))
			}
			e.rows = min(e.rows, (b-a)/2)
			if e.rows == 0 {
				continue
			}
			e.first = a + r.IntN(b-a-e.rows) // never the window's last row: events stay apart
			e.size = sc.size(r)
			if sc.anomaly == "gaps" {
				e.lost = someColumns(r)
			}
			p.events = append(p.events, e)
		}
	}
	if sc.anomaly == "gaps" {
		p.events = append(p.events, singleGaps(r, set)...)
		slices.SortFunc(p.events, func(a, b event) int { return a.first - b.first })
	}
	return p
}

func (sc *scenario) size(r *rand.Rand) float64 {
	sign := 1.0
	if r.IntN(2) == 0 {
		sign = -1
	}
	switch sc.anomaly {
	case "spikes":
		return sign * (8 + 17*r.Float64())
	case "drift":
		return sign * (2 + 4*r.Float64())
	case "heatwave":
		return 6 + 4*r.Float64()
	}
	return 0
}

// someColumns chooses what is lost: all readings, or those of one column.
func someColumns(r *rand.Rand) (lost [5]bool) {
	all := r.IntN(2) == 0
	one := r.IntN(len(lost))
	for j := range lost {
		lost[j] = all || j == one
	}
	return lost
}

// singleGaps loses single readings, one in 200 of every column.
func singleGaps(r *rand.Rand, set *Settings) (events []event) {
	for j := range len(Columns) {
		for row := r.IntN(200); row < set.Train+set.Test; row += 1 + r.IntN(399) {
			e := event{first: row, rows: 1}
			e.lost[j] = true
			events = append(events, e)
		}
	}
	return events
}

// distort returns what the sensor logs for a measured temperature, in
// hundredths of a degree.
func (p *Plan) distort(sim *Simulator, measured float64) int64 {
	if p.Anomaly != "" && p.Anomaly != "gaps" {
		for p.next < len(p.events) && sim.row >= p.events[p.next].first+p.events[p.next].rows {
			p.next++
		}
		if p.next < len(p.events) && sim.row >= p.events[p.next].first {
			e := &p.events[p.next]
			k := sim.row - e.first
			switch p.Anomaly {
			case "spikes":
				measured += e.size
			case "drift":
				measured += e.size * float64(k+1) / float64(e.rows)
			case "heatwave":
				measured += e.size * math.Sin(math.Pi*(float64(k)+0.5)/float64(e.rows))
			case "stuck":
				if k > 0 {
					return sim.stuck
				}
			}
		}
	}
	sim.stuck = int64(math.Round(measured * 100))
	return sim.stuck
}

// lose empties the cells that a gap has taken.
func (p *Plan) lose(row int, rows *Rows, i int) {
	if p.Anomaly != "gaps" {
		return
	}
	for p.next < len(p.events) && row >= p.events[p.next].first+p.events[p.next].rows {
		p.next++
	}
	for k := p.next; k < len(p.events) && p.events[k].first <= row; k++ {
		if row >= p.events[k].first+p.events[k].rows {
			continue
		}
		for j, lost := range p.events[k].lost {
			if lost {
				rows.Cells[j][i] = Missing
			}
		}
	}
}

// Ranges returns the anomalous rows among rows from to to (not included) of
// the log as ranges, first and last, counted from row from. The first reading
// of a stuck run is a true one and does not count.
func (p *Plan) Ranges(from, to int) [][2]int64 {
	ranges := [][2]int64{}
	for _, e := range p.events {
		first, last := max(e.first, from)-from, min(e.first+e.rows, to)-1-from
		if p.Anomaly == "stuck" && e.first >= from {
			first++
		}
		if first > last {
			continue
		}
		if n := len(ranges); n > 0 && int64(first) <= ranges[n-1][1]+1 {
			ranges[n-1][1] = max(ranges[n-1][1], int64(last))
			continue
		}
		ranges = append(ranges, [2]int64{int64(first), int64(last)})
	}
	return ranges
}
