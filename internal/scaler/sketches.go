package scaler

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
)

// Sketcher gathers the quantile sketches of a pass: of the features that are numbers, and
// of the target after them. What a sketch holds does not depend on the order in which
// rows come, so that every core fills one of its own.
type Sketcher struct {
	design *design.Design
	lock   sync.Mutex
	idle   [][]*moments.Sketch
	all    [][]*moments.Sketch
}

// NewSketcher makes one for the rows of a design.
func NewSketcher(d *design.Design) *Sketcher { return &Sketcher{design: d} }

// Add includes the rows of a block; it may be called on any core.
func (s *Sketcher) Add(rows *design.Rows) {
	s.lock.Lock()
	n := len(s.idle)
	if n == 0 {
		sketches := newSketches(len(s.design.Features) - len(s.design.Categories) + 1)
		s.all, s.idle, n = append(s.all, sketches), append(s.idle, sketches), 1
	}
	sketches := s.idle[n-1]
	s.idle = s.idle[:n-1]
	s.lock.Unlock()
	k := 0
	for _, g := range s.design.Terms()[:len(s.design.Features)] {
		if g.Kind == design.Number {
			sketches[k].Add(rows.X[g.From])
			k++
		}
	}
	sketches[k].Add(rows.Y)
	s.lock.Lock()
	s.idle = append(s.idle, sketches)
	s.lock.Unlock()
}

// Sketches returns what all rows have given.
func (s *Sketcher) Sketches() []*moments.Sketch {
	total := newSketches(len(s.design.Features) - len(s.design.Categories) + 1)
	for _, sketches := range s.all {
		mergeSketches(total, sketches)
	}
	return total
}

// SketchOf returns the sketch of a feature that is a number, or of the target; of a lag it
// is the target's. There is none of other columns.
func (s *Scaler) SketchOf(name string) *moments.Sketch {
	if i := slices.Index(s.numericFeatures(), name); i >= 0 {
		return s.Sketches[i]
	}
	if name == s.Target || slices.Contains(s.LagNames(), name) {
		return s.Sketches[len(s.Sketches)-1]
	}
	return nil
}

func newSketches(n int) []*moments.Sketch {
	sketches := make([]*moments.Sketch, n)
	for i := range sketches {
		sketches[i] = new(moments.Sketch)
	}
	return sketches
}

func mergeSketches(into, of []*moments.Sketch) {
	for i := range into {
		into[i].Merge(of[i])
	}
}

// quantiles are the shares of which a scaler tells the quantiles.
var quantiles = []float64{0, 0.1, 0.25, 0.5, 0.75, 0.9, 1}

// setQuantiles tells them of every feature that is a number.
func (s *Scaler) setQuantiles() {
	s.Quantiles = map[string][]float64{}
	for i, name := range s.numericFeatures() {
		if q, _ := s.Sketches[i].Quantiles(quantiles...); q != nil {
			s.Quantiles[name] = q
		}
	}
}

// checkSketches reports sketches that are not of the columns, and quantiles that do not
// follow from them.
func (s *Scaler) checkSketches() error {
	if want := len(s.numericFeatures()) + 1; len(s.Sketches) != want {
		return fmt.Errorf("%d sketches where %d are needed", len(s.Sketches), want)
	}
	for _, sketch := range s.Sketches {
		if sketch == nil || sketch.N() > s.Used() {
			return errors.New("a sketch of more numbers than there are rows, or none")
		}
	}
	if s.Part != nil {
		return nil
	}
	told := s.Quantiles
	if s.setQuantiles(); !reflect.DeepEqual(told, s.Quantiles) {
		return errors.New("quantiles that do not follow from its sketches")
	}
	return nil
}
