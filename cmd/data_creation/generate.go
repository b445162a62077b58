package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/table"
	"mlpipeline/internal/weather"
)

// generate simulates every scenario at every station, several at once.
func generate(ctx context.Context, o *options) error {
	train, test := split(o.rows, o.test)
	var logs []*simulation
	for _, scenario := range o.scenarios {
		for station := 1; station <= o.stations; station++ {
			name := scenario
			if o.stations > 1 {
				name = fmt.Sprintf("%s-%03d", scenario, station)
			}
			logs = append(logs, &simulation{name: name, Settings: weather.Settings{Seed: o.seed, Scenario: scenario,
				Station: station, Start: o.start, Step: o.step, Train: train, Test: test}})
		}
	}
	defer func() {
		for _, l := range logs {
			for _, p := range l.parts {
				p.file.Cleanup()
			}
		}
	}()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan *simulation)
	var workers sync.WaitGroup
	for range min(o.Workers, len(logs)) {
		workers.Go(func() {
			for l := range queue {
				if ctx.Err() != nil {
					continue
				}
				if err := l.run(ctx, o.out); err != nil {
					cancel(err)
				}
			}
		})
	}
	bar := o.Progress(int64(o.rows)*int64(len(logs)), cli.Rows, o.Name())
	defer bar.Clear()
	for _, l := range logs {
		l.bar = bar
		queue <- l
	}
	close(queue)
	workers.Wait()
	bar.Clear()
	if err := context.Cause(ctx); err != nil {
		return err
	}

	var parts []*part
	var bytes int64
	for _, l := range logs {
		parts = append(parts, l.parts...)
		bytes += l.bytes
	}
	m := &dataset.Manifest{Seed: &o.seed,
		Columns: dataset.Columns{Time: "timestamp", Target: weather.Columns[0], Categories: []string{}}}
	if err := publish(ctx, o, m, parts); err != nil {
		return err
	}
	o.Logf("%s of %d rows each, %d to train and %d to test; %s in %s → %s",
		cli.Plural(len(logs), "dataset", "datasets"), o.rows, train, test,
		cli.Megabytes(bytes), o.Took(), o.out)
	return nil
}

// simulation is one dataset being written.
type simulation struct {
	weather.Settings
	name  string
	parts []*part
	bytes int64
	bar   *cli.Progress
}

// rowsPerBlock are simulated at a time.
const rowsPerBlock = regression.TileRows * 16

// run writes the parts of one dataset, and the truth about it. One goroutine
// simulates and writes CSV while the other hashes, writes the file and finds
// out what is irreducible.
func (l *simulation) run(ctx context.Context, dir string) error {
	sim, err := weather.New(l.Settings)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	free, full := make(chan *block, 3), make(chan *block, 3)
	for range cap(free) {
		free <- new(block)
	}
	go l.simulate(ctx, sim, free, full)

	ideal := idealModel{}
	if l.Step < 24*time.Hour {
		ideal.daily = 2
	}
	var p *part
	for b := range full {
		if first := b.rows.First; first == 0 || first == l.Train {
			if p, err = l.next(p, dir); err != nil {
				return err
			}
		}
		n := len(b.rows.Micros)
		if err := p.add(b.csv, n, dataset.Time(b.rows.Micros[0]), dataset.Time(b.rows.Micros[n-1])); err != nil {
			return err
		}
		ideal.add(&b.rows)
		l.bytes += int64(len(b.csv))
		l.bar.Add(n)
		free <- b
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := p.finish(); err != nil {
		return err
	}
	bounds := []int{0, l.Train, l.Train + l.Test}
	for i, p := range l.parts {
		// Of nine digits the last does not depend on the machine: gonum's sums differ in the sixteenth.
		variance := metrics.Round(ideal.unexplained()+float64(sim.Sigma*sim.Sigma)+roundingVariance, 9)
		truth := &dataset.Truth{Coefficients: sim.Coefficients(), NoiseStd: sim.Sigma, Features: ideal.names(),
			IrreducibleVariance: variance, Log: dataset.Log{Scenario: l.Scenario, Station: l.Station, Step: l.Step.String(),
				Train: l.Train, Test: l.Test}}
		for rows := range l.Anomalous(bounds[i], bounds[i+1]) {
			truth.AnomalousRows += rows[1] - rows[0] + 1
		}
		p.entry.Truth = truth
	}
	return nil
}

// block is a run of simulated rows of one part.
type block struct {
	rows weather.Rows
	csv  []byte
}

// simulate fills blocks until the log ends or nobody wants it.
func (l *simulation) simulate(ctx context.Context, sim *weather.Simulator, free <-chan *block, full chan<- *block) {
	defer close(full)
	for row := 0; row < l.Train+l.Test; {
		select {
		case b := <-free:
			end := l.Train
			if row >= end {
				end += l.Test
			}
			sim.Next(&b.rows, min(end-row, rowsPerBlock))
			row += len(b.rows.Micros)
			b.csv = appendRows(b.csv[:0], &b.rows)
			full <- b // never blocks: there are no more blocks than room
		case <-ctx.Done():
			return
		}
	}
}

// next finishes the part before, if any, and begins the one behind it.
func (l *simulation) next(before *part, dir string) (*part, error) {
	which := "train"
	if before != nil {
		which = "test"
		if err := before.finish(); err != nil {
			return nil, err
		}
	}
	p, err := newPart(dir, which, l.name, append([]string{"timestamp"}, weather.Columns...))
	if p != nil {
		l.parts = append(l.parts, p)
	}
	return p, err
}

// roundingVariance is that of rounding to 0.01 °C, uniform.
const roundingVariance = 0.01 * 0.01 / 12

// appendRows writes rows as CSV.
func appendRows(b []byte, rows *weather.Rows) []byte {
	for i, t := range rows.Micros {
		b = table.AppendTime(b, dataset.Time(t))
		for j, column := range rows.Cells {
			b = append(b, ',')
			if column[i] != weather.NoReading {
				b = table.AppendFixed(b, column[i], weather.Decimals[j])
			}
		}
		b = append(b, '\n')
	}
	return b
}

// idealModel is the best linear model of the noiseless temperature on the
// usual features: what it leaves unexplained, no model on them can explain.
type idealModel struct {
	daily  int
	factor regression.Factor
	cols   [][]float64
	times  []dataset.Time
	tile   []float64
}

const idealAnnual = 2

func (m *idealModel) names() []string {
	d := design.Design{Features: weather.Columns[1:], Annual: idealAnnual, Daily: m.daily}
	return d.Names()
}

// unexplained returns the variance that is left.
func (m *idealModel) unexplained() float64 {
	return m.factor.ResidualSquares() / float64(max(1, m.factor.N))
}

// add includes the rows that have no gap. Covariates count in units of their
// last decimal, which changes nothing in what is left.
func (m *idealModel) add(rows *weather.Rows) {
	covariates := len(weather.Columns) - 1
	harmonics := 2 * (idealAnnual + m.daily)
	w := 1 + covariates + harmonics + 1
	if m.cols == nil {
		m.tile = make([]float64, regression.TileRows*w)
		m.cols = make([][]float64, harmonics)
		for j := range m.cols {
			m.cols[j] = make([]float64, rowsPerBlock)
		}
		m.times = make([]dataset.Time, rowsPerBlock)
	}
	for i, t := range rows.Micros {
		m.times[i] = dataset.Time(t)
	}
	design.Calendar(m.cols, idealAnnual, m.daily, m.times[:len(rows.Micros)])
	tile := m.tile[:0]
	for i := range rows.Micros {
		if slices.ContainsFunc(rows.Cells, func(c []int64) bool { return c[i] == weather.NoReading }) {
			continue
		}
		tile = append(tile, 1)
		for j := range covariates {
			tile = append(tile, float64(rows.Cells[1+j][i]))
		}
		for _, col := range m.cols {
			tile = append(tile, col[i])
		}
		tile = append(tile, rows.Signal[i])
		if len(tile) == cap(m.tile) {
			m.factor.Add(tile, w)
			tile = m.tile[:0]
		}
	}
	if len(tile) > 0 {
		m.factor.Add(tile, w)
	}
}
