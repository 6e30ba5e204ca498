public import Datasets

extension LabelMap {
  /// The classes that a data set's authors score, called by their ids: what counts where no label map is given.
  public init(scoredBy dataset: ActionDataset) throws(LabelMapError) {
    let ids = dataset.scoredClasses?.sorted() ?? (0..<dataset.classNames.count).map { $0 + 1 }
    try self.init(ids.map { Label(id: $0, name: "\($0)") })
  }
}
