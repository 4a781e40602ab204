/** Sends datagrams to one place. */
export interface Transport {
  /** Ends when the system has taken the datagram; throws when it has not. */
  send(datagram: Buffer): Promise<void>;
  close(): void;
}
