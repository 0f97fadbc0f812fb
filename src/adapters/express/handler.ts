/** Express's words, as narrow as we need them. */
import type { Request, Response } from 'express';

/**
 * A middleware for any route. Written without type parameters of its own, so that Express still infers a route's
 * parameters from its path.
 */
export type Handler = (req: Express.Request, res: Express.Response, next: Next) => void;
export type Next = (error?: unknown) => void;

/** Express hands over its own objects; the global names are the part of them that libraries share. */
export const requestOf = (req: Express.Request): Request => req as Request;
export const responseOf = (res: Express.Response): Response => res as Response;
