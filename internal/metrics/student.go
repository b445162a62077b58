package metrics

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// Quantile returns the p-quantile of Student's t with dof ≥ 1 degrees of freedom,
// to 14 digits: the last ones depend on the machine.
//
// With t = √dof·tan θ the probability between 0 and t is c·∫cosᵈᵒᶠ⁻¹ from 0 to θ.
// The integral is concave in θ, so that Newton's steps from 0 never go too far.
func Quantile(p, dof float64) float64 {
	if p < 0.5 {
		return -Quantile(1-p, dof)
	}
	density := func(θ float64) float64 {
		sin := math.Sin(θ)
		return math.Exp((dof - 1) / 2 * math.Log1p(-sin*sin)) // cosᵈᵒᶠ⁻¹
	}
	want := (p - 0.5) * math.SqrtPi / gammaRatio(dof/2)
	θ := 0.0
	for range 1000 {
		have := quad.Fixed(density, 0, θ, 100, quad.Legendre{}, 0)
		step := (want - have) / density(θ)
		if θ += step; !(step > 1e-16*θ) {
			break
		}
	}
	return Round(math.Sqrt(dof)*math.Tan(θ), 14)
}

// gammaRatio returns Γ(z + ½)/Γ(z) by its asymptotic series (NIST Digital Library
// of Mathematical Functions, 5.11.13), from a z at which it has all digits.
func gammaRatio(z float64) float64 {
	factor := 1.0
	for ; z < 100; z++ {
		factor *= z / (z + 0.5)
	}
	x := 1 / (8 * z)
	return factor * math.Sqrt(z) * (1 - x*(1-x/2*(1+x*(5-x/4*(21+399*x)))))
}
