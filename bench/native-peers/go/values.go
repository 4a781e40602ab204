package main

// The values of bench/harness/values.ts, equal to the bit.

import (
	"fmt"
	"math"
)

const valueCount = 1 << 20

func generateValues() []float64 {
	var factors [20]float64
	factor := math.Sqrt(10_000)
	for index := range factors {
		factors[index] = factor
		factor = math.Sqrt(factor)
	}
	values := make([]float64, valueCount)
	for number := range values {
		product := 0.05
		for bit, factor := range factors {
			if (number>>(19-bit))&1 == 1 {
				product *= factor
			}
		}
		values[number] = product
	}
	var state uint32 = 2_463_534_242
	for index := valueCount - 1; index > 0; index-- {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		other := int(state % uint32(index+1))
		values[index], values[other] = values[other], values[index]
	}
	return values
}

// FNV-1a over the 32-bit halves, low one first.
func valuesDigest(values []float64) string {
	var hash uint32 = 2_166_136_261
	for _, value := range values {
		bits := math.Float64bits(value)
		for _, half := range [2]uint32{uint32(bits), uint32(bits >> 32)} {
			hash = (hash ^ half) * 16_777_619
		}
	}
	return fmt.Sprintf("%08x", hash)
}
