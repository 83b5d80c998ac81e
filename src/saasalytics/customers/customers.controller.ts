import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { InZone } from '../../platform/http/index.js';
import { DocumentedProblems } from '../documented-problems.decorator.js';
import { CustomersService } from './customers.service.js';
import { CustomerListResponse } from './dto/customer.dto.js';
import { CustomerListQuery } from './dto/customer-list-query.dto.js';
import { CustomerSummaryResponse } from './dto/customer-summary.dto.js';

@InZone('external')
@ProtectedResource('analytics')
@ApiTags('Saasalytics: customers')
@Controller('analytics/v1/customers')
export class CustomersController {
  constructor(private readonly customers: CustomersService) {}

  @Get()
  @RequireScopes('read:analytics-data')
  @ApiOperation({
    operationId: 'listAnalyticsCustomers',
    summary: 'List customers',
    description:
      'Customers that sent at least one event, in the order of their ids. Pass next_cursor as cursor to get the next page; it is null on the last.',
  })
  @ApiOkResponse({ type: CustomerListResponse, description: 'A page of customers.' })
  @DocumentedProblems('malformed_request', 'validation_failed', 'service_unavailable')
  list(@Caller() caller: Caller, @Query() query: CustomerListQuery): Promise<CustomerListResponse> {
    return this.customers.list(caller, query);
  }

  @Get(':id/summary')
  @RequireScopes('read:analytics-data')
  @ApiParam({ name: 'id', description: 'Your id of the customer.', example: 'cus_0042' })
  @ApiOperation({
    operationId: 'getAnalyticsCustomerSummary',
    summary: 'Read what one customer did',
    description: 'Totals, money, and the most frequent event types of a customer. A customer of another organization is not found.',
  })
  @ApiOkResponse({ type: CustomerSummaryResponse, description: 'The summary.' })
  @DocumentedProblems('not_found', 'service_unavailable')
  summarize(@Caller() caller: Caller, @Param('id') id: string): Promise<CustomerSummaryResponse> {
    return this.customers.summarize(caller, id);
  }
}
