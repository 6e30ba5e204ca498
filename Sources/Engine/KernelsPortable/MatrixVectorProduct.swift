public import MicroKernels

/// `MicroKernels.addMatrixVectorProduct` for this instruction set.
@inline(never)
public func addMatrixVectorProduct(_ product: MatrixVectorProduct) {
  MicroKernels.addMatrixVectorProduct(PortableUnit.self, product)
}
