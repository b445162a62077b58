package metrics

import (
	"math"
	"testing"
)

// Quantiles are those of R's qt, to 1e-13.
func TestQuantile(t *testing.T) {
	probabilities := []float64{0.75, 0.9, 0.95, 0.975, 0.995}
	for dof, want := range map[float64][]float64{
		1:    {1, 3.0776835371752544, 6.3137515146750376, 12.706204736174694, 63.656741162871526},
		2:    {0.81649658092772592, 1.8856180831641269, 2.9199855803537238, 4.3026527297494619, 9.9248432009182892},
		3:    {0.76489232840434518, 1.6377443536962091, 2.3533634348018246, 3.1824463052837078, 5.8409093097333544},
		10:   {0.69981206131243168, 1.3721836411103356, 1.8124611228116756, 2.2281388519862739, 3.16927267261695},
		1000: {0.67473516460700933, 1.2823987214609247, 1.6463788172854634, 1.9623390808264076, 2.5807546980659501},
		1e6:  {0.67448999553108735, 1.2815524121299389, 1.644855150722039, 1.9599663568141066, 2.5758342201053335},
	} {
		for i, p := range probabilities {
			if got := Quantile(p, dof); !(math.Abs(got/want[i]-1) <= 1e-13) {
				t.Errorf("quantile %v with %v degrees of freedom is %v, want %v", p, dof, got, want[i])
			}
			if got := Quantile(1-p, dof); !(math.Abs(got/want[i]+1) <= 1e-13) {
				t.Errorf("quantile %v with %v degrees of freedom is %v, want %v", 1-p, dof, got, -want[i])
			}
		}
	}
	if got := Quantile(0.5, 7); got != 0 {
		t.Errorf("the median is %v", got)
	}
}
