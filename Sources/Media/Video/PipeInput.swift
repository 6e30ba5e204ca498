internal import CLibAV
internal import Glibc

/// Standard input for libav: waiting for bytes ends when a watch says so, which libav's own reader of pipes does not do.
final class PipeInput {
  private let watch: StreamWatch
  /// Valid as long as this object lives.
  private(set) var context: UnsafeMutablePointer<AVIOContext>?

  init(_ watch: StreamWatch) {
    self.watch = watch
    context = slowfast_input(Unmanaged.passUnretained(self).toOpaque()) { me, bytes, count in
      guard let me, let bytes else { return slowfast_averror(EINVAL) }
      return Unmanaged<PipeInput>.fromOpaque(me).takeUnretainedValue().read(bytes, Int(count))
    }
    if context == nil { fatalError("out of memory") }
  }

  deinit { slowfast_close_output(&context) }

  private func read(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int32 {
    while !watch.endsWait {
      var waiting = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 100)
      if ready == 0 || ready < 0 && errno == EINTR { continue }
      let got = Glibc.read(0, bytes, count)
      if got > 0 { return Int32(got) }
      if got == 0 { return slowfast_averror_eof() }
      if errno != EINTR && errno != EAGAIN { return slowfast_averror(errno) }
    }
    return slowfast_averror_exit()
  }
}
