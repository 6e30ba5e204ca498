// The keys of training that tests ask for too that this program reads: those of `Schema+Training.swift` that have a type.

extension Key<Bool> {
  public static let multigridShortCycle = Key("MULTIGRID.SHORT_CYCLE", false)
}
