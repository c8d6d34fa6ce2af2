// Package graph divides the packages of a build into steps and puts the steps in order.
//
// It knows packages as numbers: what compiling one is thought to take, in tenths of a second
// of one processor, and which others it is compiled over. What is guessed wrong costs time and
// no more.
package graph
